// Becoming and being a member: keys of this site's own making, the roster it agrees to, its custodian's keys, its frozen extracts.
import { decode, encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import type { SecretBytes } from '../core/secret.ts'
import { type Roster, roster, rosterHash, type SealingKey, sealingKey, snapshot } from '../privacy/index.ts'
import { checkRoster } from '../privacy/roster.ts'
import { createSealingKeyPair } from '../privacy/sealing.ts'
import { createSignKey, enrolmentProof, publicSignKey, signMessage } from '../privacy/signatures.ts'
import { createCertificateRequest } from '../proto/certificates.ts'
import { type Ask, enrolReply, enrolRequest, rosterBundle } from '../proto/messages.ts'
import type { ClientContext } from './context.ts'

export const KEYS = { sign: 'sign', tls: 'tls', sealing: (epoch: number) => `sealing-${epoch}` } as const

/** This site's signing key; made on first use, kept in the keystore. */
export async function signKey(context: ClientContext): Promise<SecretBytes> {
  const kept = await context.keystore.get(KEYS.sign)
  if (kept) return kept
  const made = createSignKey()
  await context.keystore.put(KEYS.sign, made.privateKey.reveal())
  return made.privateKey
}

/** Key and certificate request of this site's mutual TLS; made on first use. */
async function tlsKey(context: ClientContext): Promise<{ keyPem: string; csrDer: Uint8Array }> {
  const kept = await context.keystore.get(KEYS.tls)
  if (kept) return JSON.parse(Buffer.from(kept.reveal()).toString('utf8'), reviveBytes)
  const made = await createCertificateRequest(context.hospital)
  await context.keystore.put(KEYS.tls, Buffer.from(JSON.stringify({ keyPem: made.keyPem, csrDer: { hex: Buffer.from(made.csrDer).toString('hex') } })))
  return made
}
const reviveBytes = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'hex' in value ? new Uint8Array(Buffer.from(String(value.hex), 'hex')) : value

/** PEM of the TLS key of an enrolled site. */
export const tlsKeyPem = async (context: ClientContext): Promise<string> => (await tlsKey(context)).keyPem

export interface EnrolmentPorts {
  readonly token: Uint8Array
  enrol(request: Uint8Array): Promise<Uint8Array>
}

/** Spends the one-time token: this site's public keys for a certificate. Asked again with the same keys, the coordinator answers the same. */
export async function enrol(context: ClientContext, ports: EnrolmentPorts): Promise<void> {
  const key = await signKey(context)
  const { csrDer } = await tlsKey(context)
  const proof = enrolmentProof(context.hospital, ports.token, csrDer)
  const request = encode(enrolRequest, {
    hospital: context.hospital,
    name: context.name,
    token: ports.token,
    signKey: publicSignKey(key),
    signKeyProof: signMessage('enrolment', {}, proof, key),
    csr: csrDer,
  })
  await context.leaving('enrolment request', 'enrol', request.length, null)
  const reply = decode(enrolReply, await ports.enrol(request))
  await context.post({
    kind: 'enrolled',
    hospital: context.hospital,
    name: context.name,
    address: reply.address,
    coordinatorKey: reply.coordinatorKey,
    signKey: publicSignKey(key),
    certificate: reply.certificate,
  })
}

/** Signs the proposed first roster after reading it: this site is in it under its own keys, and nobody pinned another before. */
export async function signRoster(context: ClientContext): Promise<void> {
  const bundle = decode(rosterBundle, await context.link().fetchRoster())
  const proposed = decode(roster, bundle.roster)
  const { enrolment, roster: pinned } = context.state()
  if (pinned && pinned.hash !== rosterHash(proposed)) throw refuse('OTHER_ROSTER', 'another roster was agreed to before')
  checkOwnPlace(proposed, context)
  if (enrolment && Buffer.compare(proposed.coordinatorKey, enrolment.coordinatorKey) !== 0)
    throw refuse('OTHER_ROSTER', "the coordinator's key is not the one of enrolment")
  const key = await signKey(context)
  const signature = pinned?.signature ?? signMessage('roster', {}, bundle.roster, key)
  if (!pinned) await context.post({ kind: 'rosterSigned', roster: proposed, signature })
  await send(context, 'roster signature', `roster ${rosterHash(proposed)}`, signature, (bytes) => context.link().signRoster(bytes))
}

function checkOwnPlace(proposed: Roster, context: ClientContext): void {
  checkRoster(proposed)
  const own = proposed.members.find((m) => m.id === context.hospital)
  const { enrolment, policy } = { enrolment: context.state().enrolment, policy: context.policy }
  if (!own || !enrolment || Buffer.compare(own.signKey, enrolment.signKey) !== 0)
    throw refuse('OTHER_ROSTER', 'this site is not on the roster under its own key')
  if (proposed.corrupt > policy.corrupt)
    throw refuse('POLICY', `the roster assumes ${proposed.corrupt} corrupt custodians, this hospital's policy ${policy.corrupt} corrupt members in all`)
}

/** Makes (once an epoch) and publishes this custodian's sealing key. */
export async function publishSealingKey(context: ClientContext, ask: Extract<Ask, { kind: 'publishSealingKey' }>): Promise<void> {
  const { roster: pinned, sealingKeys } = context.state()
  if (!pinned || pinned.hash !== ask.roster) throw refuse('OTHER_ROSTER', 'a sealing key is asked for another roster')
  let made = sealingKeys.get(ask.epoch)
  if (!made) {
    if ([...sealingKeys.keys()].some((epoch) => epoch >= ask.epoch)) throw refuse('OTHER_EPOCH', `key epoch ${ask.epoch} is not above those seen`)
    const pair = createSealingKeyPair()
    await context.keystore.put(KEYS.sealing(ask.epoch), pair.privateKey.reveal())
    const key: SealingKey = { roster: ask.roster, epoch: ask.epoch, custodian: context.hospital, ...pair.publicKey }
    made = { key, signature: signMessage('sealing-key', {}, encode(sealingKey, key), await signKey(context)) }
    await context.post({ kind: 'sealingKeyMade', ...made })
  }
  await send(context, 'sealing key', `sealing ${ask.epoch}`, Buffer.concat([encode(sealingKey, made.key), made.signature]), (bytes) =>
    context.link().publishSealingKey(bytes),
  )
}

/** Freezes the extract of a public boundary and tells its salted hash. */
export async function declareSnapshot(context: ClientContext, boundary: string): Promise<void> {
  let taken = context.state().snapshots.get(boundary)
  if (!taken) {
    const body = { boundary, member: context.hospital, id: await context.data.snapshot(boundary) }
    taken = { snapshot: body, signature: signMessage('snapshot', {}, encode(snapshot, body), await signKey(context)) }
    await context.post({ kind: 'snapshotTaken', ...taken })
  }
  await send(context, 'snapshot id', `snapshot ${boundary}`, Buffer.concat([encode(snapshot, taken.snapshot), taken.signature]), (bytes) =>
    context.link().declareSnapshot(bytes),
  )
}

async function send(
  context: ClientContext,
  what: Parameters<ClientContext['leaving']>[0],
  id: string,
  bytes: Uint8Array,
  call: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  await context.leaving(what, id, bytes.length, null)
  await call(new Uint8Array(bytes))
}
