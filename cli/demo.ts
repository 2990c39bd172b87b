// consilium demo (npm start): a whole federation on this machine, from claims to scores, with a report.
import type { CommandModule } from 'yargs'

interface Arguments {
  data: string
  path: string | undefined
  out: string | undefined
  json: string | undefined
  seed: string
}
export const demoCommand: CommandModule<object, Arguments> = {
  command: 'demo',
  describe: 'one coordinator and five hospital daemons on this machine train, judge and use two models; ends with a table and a report',
  builder: (yargs) =>
    yargs
      .option('data', { choices: ['simulated', 'cms'], default: 'simulated', describe: 'simulated: made on the spot; cms: the real CMS claims in --path' })
      .option('path', { type: 'string', describe: 'folder of the zipped CMS files (with --data cms)' })
      .option('seed', { type: 'string', default: '1', describe: 'seed of the simulated claims' })
      .option('out', { type: 'string', describe: 'folder for everything the run writes (default: a fresh temporary one)' })
      .option('json', { type: 'string', describe: 'file for the figures, for machines' })
      .example('$0 demo --data cms --path ./cms', 'the same on real claims'),
  async handler(args) {
    const { runDemo } = await import('../simulations/index.ts')
    process.exitCode = await runDemo({
      data: args.data as 'simulated' | 'cms',
      seed: args.seed,
      ...(args.path === undefined ? {} : { path: args.path }),
      ...(args.out === undefined ? {} : { out: args.out }),
      ...(args.json === undefined ? {} : { json: args.json }),
    })
  },
}
