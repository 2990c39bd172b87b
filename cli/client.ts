// consilium client: the hospital's daemon and what its staff ask of it. What a command does is loaded when it runs.
import type { CommandModule } from 'yargs'
import type { DecideArguments, ShowArguments } from './client-decide.ts'
import type { EgressArguments } from './client-egress.ts'
import type { PlanShowArguments } from './client-plan.ts'
import type { PolicyCheckArguments } from './client-policy.ts'
import type { RestoredArguments } from './client-restored.ts'
import type { ScoreArguments } from './client-score.ts'
import type { ClientStartArguments } from './client-start.ts'
import type { StatusArguments } from './client-status.ts'
import { progressOption } from './daemon.ts'

const configOption = {
  describe: 'YAML file: hospital, name, data, passphraseFile, invitation, source, featureSet, policy',
  type: 'string',
  demandOption: true,
} as const

const langOption = { describe: 'language of the words', choices: ['en', 'zh'], default: 'en' } as const

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

/** approve and refuse: for a roster or a job, by the first digits of its hash. */
const decisionOf = (
  matter: 'roster' | 'job',
  word: 'plan' | 'roster',
  decision: 'approve' | 'refuse',
  describe: string,
): CommandModule<object, DecideArguments> => ({
  command: `${decision} <hash>`,
  describe,
  builder: (yargs) =>
    yargs
      .positional('hash', { type: 'string', demandOption: true, describe: `hash of the ${matter}, or its first 8 or more digits` })
      .option('config', configOption)
      .option('change', {
        type: 'boolean',
        default: false,
        describe: 'approve what was refused before (an approval is not taken back)',
        hidden: decision === 'refuse',
      })
      // Digits alone would be read as a number.
      .string('hash')
      .example(`$0 client ${word} ${decision} --config hospital.yaml 3f9c21d07a`, 'a running daemon goes on by itself'),
  handler: async (args) => await (await import('./client-decide.ts')).runDecide(matter, decision, args),
})

const rosterShow: CommandModule<object, ShowArguments> = {
  command: 'show',
  describe: 'show the roster that this site agreed to, and the proposal that waits for a person',
  builder: (yargs) =>
    yargs
      .option('config', configOption)
      .option('lang', langOption)
      .example('$0 client roster show --config hospital.yaml --lang zh', 'who joins, who leaves, who holds key shares, in Chinese'),
  handler: async (args) => await (await import('./client-roster.ts')).printRosters(args),
}
const roster: CommandModule = {
  command: 'roster',
  describe: 'who is in the federation: show, approve or refuse a new list',
  builder: (yargs) =>
    yargs
      .command(rosterShow)
      .command(decisionOf('roster', 'roster', 'approve', 'sign the proposed roster, and follow it once enough members have'))
      .command(decisionOf('roster', 'roster', 'refuse', 'do not sign the proposed roster'))
      .demandCommand(1, 'Say which: show, approve, refuse.'),
  handler: () => undefined,
}

const planShow: CommandModule<object, PlanShowArguments> = {
  command: 'show',
  describe: 'show jobs that wait for a person, and jobs under way with their last plan, in plain words',
  builder: (yargs) =>
    yargs
      .option('config', configOption)
      .option('lang', langOption)
      .option('columns', { type: 'boolean', default: false, describe: 'list the columns of each feature set that is read' })
      .example('$0 client plan show --config hospital.yaml --columns', 'what is computed, what it reads, what opens to whom, and what your policy says'),
  handler: async (args) => await (await import('./client-plan.ts')).printPlans(args),
}
const plan: CommandModule = {
  command: 'plan',
  describe: 'what the regulator wants computed: show, approve or refuse a job',
  builder: (yargs) =>
    yargs
      .command(planShow)
      .command(decisionOf('job', 'plan', 'approve', 'take part in the job, as far as the policy allows'))
      .command(decisionOf('job', 'plan', 'refuse', 'contribute nothing to the job'))
      .demandCommand(1, 'Say which: show, approve, refuse.'),
  handler: () => undefined,
}

const policyCheck: CommandModule<object, PolicyCheckArguments> = {
  command: 'check <plan>',
  describe: "hold a plan or a job against this site's policy, rule by rule: exit code 0 allowed, 7 not allowed",
  builder: (yargs) =>
    yargs
      .positional('plan', {
        type: 'string',
        demandOption: true,
        describe: "file: a plan or a job's specification in canonical bytes (also an .ask file), or YAML like the coordinator's `job:` section",
      })
      .option('config', configOption)
      .option('lang', langOption)
      .example('$0 client policy check --config hospital.yaml job.yaml', 'before the regulator starts the job: would this site take part?'),
  handler: async (args) => await (await import('./client-policy.ts')).checkPolicyFile(args),
}
const policy: CommandModule = {
  command: 'policy',
  describe: "what this site's policy says about a plan or a job; needs no daemon",
  builder: (yargs) => yargs.command(policyCheck).demandCommand(1, 'Say which: check.'),
  handler: () => undefined,
}

const restored: CommandModule<object, RestoredArguments> = {
  command: 'restored',
  describe: 'after a backup was restored, or keys may be known: drop sealing keys, give up the key epoch (the daemon must be stopped)',
  builder: (yargs) => yargs.option('config', configOption),
  handler: async (args) => await (await import('./client-restored.ts')).runRestored(args),
}

export const clientCommand: CommandModule = {
  command: 'client',
  describe: "the hospital's daemon: takes part in training without showing a record, keeps a log of all that leaves, scores claims",
  builder: (yargs) =>
    yargs
      .command(start)
      .command(status)
      .command(plan)
      .command(roster)
      .command(policy)
      .command(score)
      .command(egress)
      .command(restored)
      .demandCommand(1, 'Say which: start, status, plan, roster, policy, score, egress, restored.'),
  handler: () => undefined,
}
