// Fingerprints on their way: taken from contributors, shown to co-signers. Their bytes lie in blobs until the release.
import { decode, encode, hash } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import type { OpeningKey } from '../core/ids.ts'
import { checkFingerprint } from '../privacy/fingerprint.ts'
import { fingerprint, fingerprints } from '../privacy/messages.ts'
import type { Peer } from '../proto/service.ts'
import { blobs, type CoordinatorContext } from './context.ts'
import { checkedPlan, phaseAt, stepAt } from './steps.ts'

/** Checked as a co-signer checks it, except against the bytes: that is the co-signers' part, who believe nobody. Late, it is taken note of by nobody. */
export async function receiveFingerprint(context: CoordinatorContext, key: OpeningKey, peer: Peer, bytes: Uint8Array): Promise<void> {
  const body = decode(fingerprint, bytes)
  if (peer.member !== body.body.member) throw refuse('NOT_ENROLLED', `${peer.member} speaks in the name of ${body.body.member}`)
  const step = stepAt(context, key)
  const { phase } = step
  if (phase.kind !== 'opening' && phase.kind !== 'cosigning') return
  checkFingerprint(body, phase.statementHash, phase.roll, checkedPlan(context, step))
  const name = hash('consilium/fingerprint-bytes/1', bytes)
  // Before anything is kept of it: each other one would stay until the release.
  if ((step.fingerprints.get(peer.member) ?? name) !== name) throw refuse('FINGERPRINT_FALSE', `${peer.member} signed two fingerprints under one statement`)
  await context.store.putBlob(blobs.fingerprint(key, peer.member, name), bytes)
  await context.post({ kind: 'fingerprinted', key, member: peer.member, fingerprint: name })
}

/** list(fingerprint), sorted by member: the same bytes for every co-signer that asks at one time. */
export async function fingerprintsOf(context: CoordinatorContext, key: OpeningKey): Promise<Uint8Array> {
  const step = stepAt(context, key)
  phaseAt(step, 'cosigning')
  const held = [...step.fingerprints].sort(([a], [b]) => (a < b ? -1 : 1))
  const all = []
  for (const [member, name] of held) all.push(decode(fingerprint, await context.store.readBlob(blobs.fingerprint(key, member, name))))
  return encode(fingerprints, all)
}
