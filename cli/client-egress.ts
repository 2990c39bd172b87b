// consilium client egress: everything that ever left the site, in plain words. Each line was journalled before its first byte left.
import type { EgressKind, EventOf } from '../client/events.ts'
import type { ClientState } from '../client/state.ts'
import { openingKeyText } from '../core/ids.ts'
import { openSite, readJournal, readSite, timeText } from './client-site.ts'

export interface EgressArguments {
  config: string
  json: boolean
}

const WORDS: Readonly<Record<EgressKind, string>> = {
  'enrolment request': "this site's name, its public keys and the one-time token",
  'roster signature': 'agreement to the list of members and custodians, by signature',
  'sealing key': 'public key under which other hospitals seal key shares to this custodian',
  'snapshot id': 'salted hash of the frozen extract (no record can be told from it)',
  'plan refusal': 'that this site refuses a plan, by code only',
  contribution: "this site's encrypted vector, its key in sealed shares, and a signed receipt",
  'check report': 'as custodian: four hiding check words for each contribution, or a complaint code',
  'statement signature': 'as custodian: signature under what opens, once for each step',
  answer: "as custodian: the SUM of the roll's key shares (never one member's)",
  'co-signature': 'as custodian: signature that the release is the sum, after adding it up again',
  'request refusal': 'as custodian: that this site refuses to sign, answer or co-sign, by code only',
  fingerprint: "six numbers for each ciphertext of this site's encrypted vector, signed once (nothing that the ciphertexts do not say)",
  acknowledgement: 'that a release was taken, or that own rows were scored (no figure)',
  'key epoch given up': 'that this custodian dropped its sealing keys, and up to which key epoch',
}

export async function printEgress(args: EgressArguments): Promise<void> {
  await using store = openSite(readSite(args.config))
  const { entries, state } = await readJournal(store)
  const left = entries.filter((e): e is { atMs: number; event: EventOf<'left'> } => e.event.kind === 'left')
  for (const { atMs, event } of left) process.stdout.write(`${args.json ? json(atMs, event, state) : line(atMs, event, state)}\n`)
  if (!args.json)
    process.stdout.write(
      `\n${left.length} messages, ${left.reduce((n, { event }) => n + event.bytes, 0)} bytes of content, all to the coordinator over mutual TLS. Nothing else has left this site through Consilium.\n`,
    )
}

function about({ about: key }: EventOf<'left'>, state: ClientState): string {
  if (!key) return ''
  const plan = state.steps.get(openingKeyText(key))?.plan
  return plan ? `step ${key.step}, ${plan.stage} (${plan.task}, privacy ${plan.privacy})` : `step ${key.step}`
}
function line(atMs: number, event: EventOf<'left'>, state: ClientState): string {
  return `${timeText(atMs)}  ${String(event.bytes).padStart(9)} B  ${event.what.padEnd(20)} ${about(event, state).padEnd(48)} ${WORDS[event.what]}`
}
const json = (atMs: number, event: EventOf<'left'>, state: ClientState): string =>
  JSON.stringify({ at: new Date(atMs).toISOString(), what: event.what, bytes: event.bytes, about: about(event, state), words: WORDS[event.what] })
