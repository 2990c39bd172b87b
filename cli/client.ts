// consilium client: the hospital's daemon and what its staff ask of it.
import type { CommandModule } from 'yargs'
import { clientEgressCommand } from './client-egress.ts'
import { clientScoreCommand } from './client-score.ts'
import { clientStartCommand } from './client-start.ts'
import { clientStatusCommand } from './client-status.ts'

export const clientCommand: CommandModule = {
  command: 'client',
  describe: "the hospital's daemon: takes part in training without showing a record, keeps a log of all that leaves, scores claims",
  builder: (yargs) => yargs.command(clientStartCommand).command(clientScoreCommand).command(clientStatusCommand).command(clientEgressCommand).demandCommand(1, 'Say which: start, score, status, egress.'),
  handler: () => undefined,
}
