// Becoming and being a member: keys of this site's own making, its enrolment, its frozen extracts.
import { decode, encode } from '../core/codec.ts'
import type { SecretBytes } from '../core/secret.ts'
import { snapshot } from '../privacy/messages.ts'
import { createSignKey, enrolmentProof, publicSignKey, signMessage } from '../privacy/signatures.ts'
import { createCertificateRequest } from '../proto/certificates.ts'
import { enrolReply, enrolRequest } from '../proto/messages.ts'
import type { ClientContext } from './context.ts'

export const KEYS = { sign: 'sign', tls: 'tls', sealing: (epoch: number | '') => `sealing-${epoch}` } as const

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
