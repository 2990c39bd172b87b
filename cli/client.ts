// consilium client: the hospital's daemon and what its staff ask of it. What a command does is loaded when it runs.
import type { CommandModule } from 'yargs'
import type { EgressArguments } from './client-egress.ts'
import type { ScoreArguments } from './client-score.ts'
import type { ClientStartArguments } from './client-start.ts'
import type { StatusArguments } from './client-status.ts'
import { progressOption } from './daemon.ts'

const configOption = {
  describe: 'YAML file: hospital, name, data, passphraseFile, invitation, source, featureSet, policy',
  type: 'string',
  demandOption: true,
} as const

const start: CommandModule<object, ClientStartArguments> = {
  command: 'start',
  describe: 'start (or go on after a stop, a crash, a kill) with the state in the data folder',
  builder: (yargs) =>
    yargs
      .option('config', configOption)
      .option('progress', progressOption)
      .example('$0 client start --config hospital.yaml', 'nothing listens; the daemon dials the coordinator'),
  handler: async (args) => await (await import('./client-start.ts')).runClient(args),
}
const score: CommandModule<object, ScoreArguments> = {
  command: 'score',
  describe: 'score claims with the newest model this site holds: CSV id,logit,probability',
  builder: (yargs) =>
    yargs
      .option('config', configOption)
      .option('stage', { type: 'string', describe: 'stage of the job whose model is used (default: the last published one)' })
      .option('input', { type: 'string', describe: "folder of canonical CSV files (default: the configuration's source)" })
      .option('boundary', { type: 'string', default: '2999-12', describe: 'nothing settled after this day or month is seen' })
      .option('out', { type: 'string', describe: 'file to write (default: standard output)' })
      .example('$0 client score --config hospital.yaml --input ./today --out scores.csv', 'nothing leaves the site'),
  handler: async (args) => await (await import('./client-score.ts')).runScore(args),
}
const status: CommandModule<object, StatusArguments> = {
  command: 'status',
  describe: 'show enrolment, roster, key epoch, jobs and steps of this site',
  builder: (yargs) => yargs.option('config', configOption),
  handler: async (args) => await (await import('./client-status.ts')).printStatus(args),
}
const egress: CommandModule<object, EgressArguments> = {
  command: 'egress',
  describe: 'list everything that ever left this site, in plain words',
  builder: (yargs) => yargs.option('config', configOption).option('json', { type: 'boolean', default: false, describe: 'one JSON object a line' }),
  handler: async (args) => await (await import('./client-egress.ts')).printEgress(args),
}

export const clientCommand: CommandModule = {
  command: 'client',
  describe: "the hospital's daemon: takes part in training without showing a record, keeps a log of all that leaves, scores claims",
  builder: (yargs) => yargs.command(start).command(score).command(status).command(egress).demandCommand(1, 'Say which: start, score, status, egress.'),
  handler: () => undefined,
}
