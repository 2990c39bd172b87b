// The `consilium` command: thin, one file a command. Exit codes are those of core/errors.ts (docs/exit-codes.md).
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { EXIT } from '../core/errors.ts'
import { clientCommand } from './client.ts'
import { coordinatorCommand } from './coordinator.ts'
import { demoCommand } from './demo.ts'
import { report } from './report.ts'
import { simulateCommand } from './simulate.ts'

const program = yargs(hideBin(process.argv))
  .scriptName('consilium')
  .usage('$0 <command>\n\nHospitals train and run one medical-insurance fraud model without showing anyone their records.')
  .command(coordinatorCommand)
  .command(clientCommand)
  .command(simulateCommand)
  .command(demoCommand)
  .demandCommand(1, 'Say which command; --help lists them.')
  .strict()
  .wrap(Math.min(110, process.stdout.columns ?? 100))
  .epilogue('Exit codes: 0 done, 2 wrong use, 3 configuration, 4 data, 5 network, 6 identity, 7 policy, 8 protocol, 9 paused, 1 anything else.')
  .fail((message, error) => {
    if (error) throw error
    process.stderr.write(`${message}\nTry --help.\n`)
    process.exit(EXIT.usage)
  })

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = report(error)
}
