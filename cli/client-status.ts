// consilium client status: where this site stands, from its journal; also while the daemon runs.

import { decisionFolder, listAsked } from '../client/decision-files.ts'
import type { ClientJob, ClientState } from '../client/state.ts'
import { type Dated, openSite, readJournal, readSite, type Site, timeText } from './client-site.ts'

export interface StatusArguments {
  config: string
}

export async function printStatus(args: StatusArguments): Promise<void> {
  const site = readSite(args.config)
  await using store = openSite(site)
  const { entries, state } = await readJournal(store)
  process.stdout.write(
    `${[...waitingLines(site), ...statusLines(state), ...refusalLines(entries)].join('\n')}\nlast entry ${timeText(entries.at(-1)?.atMs ?? 0)} (${entries.length} in the journal of ${site.data})\n`,
  )
}

/** What waits for a person stands first: nothing else moves it. */
const waitingLines = ({ data }: Site): string[] =>
  listAsked(decisionFolder(data))
    .filter(({ decided }) => decided === null)
    .map(
      ({ matter, hash, askedMs }) =>
        `WAITING     for a person since ${timeText(askedMs)}: ${matter} ${hash.slice(0, 16)}; consilium client ${matter === 'job' ? 'plan' : 'roster'} show`,
    )

export function statusLines(state: ClientState): string[] {
  const { enrolment, roster } = state
  if (!enrolment) return ['not enrolled yet']
  const custodian = roster?.roster.custodians.includes(enrolment.hospital) ?? false
  return [
    `hospital    ${enrolment.hospital} (${enrolment.name}), coordinator at ${enrolment.address}`,
    roster
      ? `roster      version ${roster.roster.version}, ${roster.roster.members.length} members, ${roster.roster.custodians.length} custodians of whom ${roster.roster.corrupt} may be corrupt; hash ${roster.hash.slice(0, 16)}`
      : 'roster      none agreed yet',
    `custodian   ${custodian ? `yes, key epochs ${[...state.sealingKeys.keys()].join(', ') || 'none yet'}` : 'no'}`,
    ...[...state.snapshots.values()].map((s) => `extract     frozen at ${s.snapshot.boundary}, id ${s.snapshot.id.slice(0, 16)}`),
    ...[...state.jobs.values()].map(jobLine),
  ]
}

function jobLine(job: ClientJob): string {
  const stage = job.stage < 0 ? 'common randomness' : job.spec.stages[job.stage]?.name
  const done = [...job.finals.keys()].join(', ') || 'none'
  return `job         ${job.hash.slice(0, 16)}: ${stage === undefined ? 'finished' : `at ${stage}, its step ${job.stageStep}`}; ${job.step} releases taken; stages done: ${done}${job.scored.size > 0 ? `; scored with ${[...job.scored].join(', ')}` : ''}`
}

/** From the entries: a step whose plan this site refused goes on without it, and its release is taken like any other. */
const refusalLines = (entries: readonly Dated[]): string[] =>
  entries.flatMap(({ event }) =>
    event.kind === 'planRefused' ? [`refused     step ${event.key.step} of job ${event.key.job.slice(0, 16)}: ${event.code}`] : [],
  )
