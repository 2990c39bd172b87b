// Admitting hospitals: the authority made at the first start, one-time invitations, certificates, and who may call.
import { randomBytes } from 'node:crypto'
import { decode, encode, hash } from '../core/codec.ts'
import { defend } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import type { Digest, HospitalId } from '../core/ids.ts'
import { checkSignKey, enrolmentProof, publicSignKey, requireSignature } from '../privacy/signatures.ts'
import { type Authority, issueMemberCertificate, spkiDigest } from '../proto/certificates.ts'
import type { Authorize } from '../proto/index.ts'
import { enrolReply, enrolRequest } from '../proto/messages.ts'
import type { EnrolmentService } from '../proto/service.ts'
import type { CoordinatorContext } from './context.ts'
import type { CoordinatorState } from './state.ts'

const VALID_DAYS = 365
const DAY_MS = 86_400_000
export const tokenHash = (token: Uint8Array): Digest => hash('consilium/token/1', token)

/** A fresh one-time token; only its hash is journalled. */
export async function invite(context: CoordinatorContext, hospital: HospitalId): Promise<Uint8Array> {
  const token = new Uint8Array(randomBytes(32))
  await context.post({ kind: 'invited', hospital, tokenHash: tokenHash(token) })
  return token
}

/** The one call of strangers. The same request again (a lost reply) gets the same certificate. */
export function createEnrolment(context: CoordinatorContext, authority: Authority, memberAddress: () => string): EnrolmentService {
  const reply = (certificate: Uint8Array): Uint8Array =>
    encode(enrolReply, { certificate, address: memberAddress(), coordinatorKey: publicSignKey(context.signKey) })
  return {
    async enrol(bytes) {
      const request = decode(enrolRequest, bytes)
      checkSignKey(request.signKey)
      requireSignature('enrolment', {}, enrolmentProof(request.hospital, request.token, request.csr), request.signKeyProof, request.signKey, request.hospital)
      const before = repeated(context, request.hospital, tokenHash(request.token), request.signKey)
      if (before) return reply(before)
      defend('token-once', () => {
        if (context.state().invitations.get(tokenHash(request.token)) !== request.hospital)
          throw refuse('BAD_TOKEN', `no open invitation of ${request.hospital} with this token`)
      })
      const pem = await issueMemberCertificate(authority, request.csr, { hospital: request.hospital, validDays: VALID_DAYS, nowMs: context.clock.now() })
      const certificate = new Uint8Array(Buffer.from(pem))
      const expiresMs = context.clock.now() + VALID_DAYS * DAY_MS
      await context.post({
        kind: 'enrolled',
        hospital: request.hospital,
        name: request.name,
        tokenHash: tokenHash(request.token),
        signKey: request.signKey,
        tlsKey: spkiDigest(pem),
        certificate,
        expiresMs,
      })
      return reply(certificate)
    },
  }
}

function repeated(context: CoordinatorContext, hospital: HospitalId, token: Digest, signKey: Uint8Array): Uint8Array | null {
  const { members, usedTokens, certificates } = context.state()
  const member = members.get(hospital)
  if (!member || !usedTokens.has(token) || Buffer.compare(member.signKey, signKey) !== 0) return null
  return certificates.get(hospital) ?? null
}

/** On the current roster, or wanted on the next one. Whom the roster left out is nobody any more. */
const belongs = ({ roster, wanted }: CoordinatorState, id: HospitalId): boolean =>
  (roster.kind === 'agreed' && roster.roster.members.some((m) => m.id === id)) || wanted?.hospitals.some((h) => h.id === id) === true

/** Asked on every call: the key is enrolled, its hospital belongs to the federation, it is not revoked, not expired. */
export const createAuthorize =
  (context: CoordinatorContext): Authorize =>
  (key) => {
    const { members, revoked } = context.state()
    defend('revoked-certificate', () => {
      if (revoked.has(key)) throw refuse('REVOKED', `certificate key ${key.slice(0, 12)}`)
    })
    const member = [...members.values()].find((m) => m.tlsKey === key)
    if (!member || !belongs(context.state(), member.id)) throw refuse('NOT_ENROLLED', `certificate key ${key.slice(0, 12)}`)
    if (context.clock.now() > member.expiresMs) throw refuse('EXPIRED', `the certificate of ${member.id}`)
    return { member: member.id }
  }
