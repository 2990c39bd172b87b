// consilium coordinator: the regulator's daemon. What a command does is loaded when it runs: --help answers at once.
import type { CommandModule } from 'yargs'
import { progressOption } from './daemon.ts'

interface StartArguments {
  config: string
  progress: string
}
const start: CommandModule<object, StartArguments> = {
  command: 'start',
  describe: 'start (or go on after a stop, a crash, a kill) with the state in the data folder',
  builder: (yargs) =>
    yargs
      .option('config', {
        describe: 'YAML file: federation, data, passphraseFile, listen, hospitals, custodians, corrupt, job',
        type: 'string',
        demandOption: true,
      })
      .option('progress', progressOption)
      .example('$0 coordinator start --config coordinator.yaml', 'the first start makes the authority and writes one invitation a hospital'),
  handler: async (args) => await (await import('./coordinator-start.ts')).runCoordinator(args),
}

export const coordinatorCommand: CommandModule = {
  command: 'coordinator',
  describe: "the regulator's daemon: plans steps, adds what hospitals contribute, releases only what custodians open",
  builder: (yargs) => yargs.command(start).demandCommand(1, 'Say which: start.'),
  handler: () => undefined,
}
