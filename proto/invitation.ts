// What the regulator hands to a hospital before it enrols: a small YAML (or JSON) file. It pins the coordinator's authority and carries a
// token that is good once; it is given over a channel that the hospital trusts.
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { refuse } from '../core/errors.ts'
import { type HospitalId, parseHospitalId } from '../core/ids.ts'
import { LIMITS } from '../core/limits.ts'
import { SecretBytes } from '../core/secret.ts'

export interface Invitation {
  readonly federation: string
  readonly hospital: HospitalId
  /** host:port of the enrolment port. */
  readonly enrolmentAddress: string
  readonly caPem: string
  /** One-time, 32 bytes. */
  readonly token: SecretBytes
}

const schema = z.strictObject({
  federation: z.string().min(1).max(LIMITS.nameBytes),
  hospital: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, 'expected a-z, 0-9 and -, at most 64, first a letter'),
  enrolmentAddress: z.string().regex(/^\S{1,200}:\d{1,5}$/, 'expected host:port'),
  caPem: z
    .string()
    .max(8192)
    .regex(/^-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n?$/, 'expected one PEM certificate'),
  token: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
})

const LONGEST_FILE_BYTES = 64 * 1024
/** Values are named in messages, except those that are secret or long. */
const UNSHOWN = new Set(['token', 'caPem'])

function complaint(issue: z.core.$ZodIssue, document: unknown): string {
  const key = String(issue.path[0] ?? '')
  if (issue.code === 'unrecognized_keys') return `unknown key ${issue.keys.join(', ')}: allowed are ${Object.keys(schema.shape).join(', ')}`
  const value = (document as Record<string, unknown> | null)?.[key]
  const shown = key === '' || value === undefined || UNSHOWN.has(key) ? '' : ` (is ${JSON.stringify(value)?.slice(0, 80)})`
  return `${key || 'invitation'}${shown}: ${value === undefined && key !== '' ? 'missing' : issue.message}`
}

/** @throws BAD_CONFIG with one line that names key, value and what is allowed. */
export function parseInvitation(text: string): Invitation {
  if (Buffer.byteLength(text) > LONGEST_FILE_BYTES) throw refuse('BAD_CONFIG', `invitation: larger than ${LONGEST_FILE_BYTES} bytes`)
  let document: unknown
  try {
    // Nor may its warnings: they go to the process's own output.
    document = parse(text, { maxAliasCount: 0, logLevel: 'error' })
  } catch {
    // The parser's message would quote the file, and the token with it.
    throw refuse('BAD_CONFIG', 'invitation: not YAML')
  }
  const result = schema.safeParse(document)
  if (!result.success) throw refuse('BAD_CONFIG', `invitation: ${result.error.issues.map((issue) => complaint(issue, document)).join('; ')}`)
  const { token, hospital, ...rest } = result.data
  return { ...rest, hospital: parseHospitalId(hospital), token: new SecretBytes(new Uint8Array(Buffer.from(token, 'hex'))) }
}

/** The file's text. It holds the token: mode 0600, and not in a log. */
export function formatInvitation(invitation: Invitation): string {
  const { federation, hospital, enrolmentAddress, caPem, token } = invitation
  return stringify({ federation, hospital, enrolmentAddress, caPem, token: Buffer.from(token.reveal()).toString('hex') }, { lineWidth: 0 })
}
