// consilium coordinator: the regulator's daemon.
import type { CommandModule } from 'yargs'
import { coordinatorStartCommand } from './coordinator-start.ts'

export const coordinatorCommand: CommandModule = {
  command: 'coordinator',
  describe: "the regulator's daemon: plans steps, adds what hospitals contribute, releases only what custodians open",
  builder: (yargs) => yargs.command(coordinatorStartCommand).demandCommand(1, 'Say which: start.'),
  handler: () => undefined,
}
