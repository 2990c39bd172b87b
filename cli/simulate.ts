// consilium simulate: synthetic claims with known truth.
import type { CommandModule } from 'yargs'

interface Arguments {
  out: string
  seed: string
  claims: number
  hospitals: number
}
const dataCommand: CommandModule<object, Arguments> = {
  command: 'data',
  describe: 'write one folder of canonical CSV files a hospital, the truth beside them, and a data sheet',
  builder: (yargs) =>
    yargs
      .option('out', { type: 'string', demandOption: true, describe: 'folder to write to' })
      .option('seed', { type: 'string', default: '1', describe: 'the same seed gives the same bytes' })
      .option('claims', { type: 'number', default: 16_000, describe: 'claims of all hospitals together' })
      .option('hospitals', { type: 'number', default: 5, describe: 'hospitals, uneven in size and case mix' }),
  async handler({ out, seed, claims, hospitals }) {
    const { simulateDataCommand } = await import('../simulations/index.ts')
    await simulateDataCommand({ out, region: { seed, claims, hospitals } })
  },
}

export const simulateCommand: CommandModule = {
  command: 'simulate',
  describe: 'synthetic claims with known truth, for trials and demonstrations',
  builder: (yargs) => yargs.command(dataCommand).demandCommand(1, 'Say which: data.'),
  handler: () => undefined,
}
