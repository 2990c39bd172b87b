// The coordinator's authority and what it issues. TLS keys are ECDSA over P-256; who a member is, is the SHA-256 of its public key
// (SPKI), bound to the roster. A certificate says only that the authority saw a request signed with that key.
import 'reflect-metadata'
import { createHash, createPublicKey, X509Certificate as NodeCertificate, randomBytes, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'
import { isRefusal, refuse } from '../core/errors.ts'
import { type Digest, type HospitalId, toDigest } from '../core/ids.ts'

x509.cryptoProvider.set(webcrypto)
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const DAY_MS = 86_400_000
/** Clocks differ: a certificate is good from a little before it was made. */
const CLOCK_SKEW_MS = 300_000

export interface Authority {
  readonly caPem: string
  /** PKCS#8; belongs into the key store. */
  readonly caKeyPem: string
}
export interface IssuedIdentity {
  readonly certPem: string
  readonly keyPem: string
}

const pem = (label: string, der: ArrayBuffer): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`
const newKeys = (): Promise<webcrypto.CryptoKeyPair> => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
const keyPemOf = async (keys: webcrypto.CryptoKeyPair): Promise<string> => pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
/** 16 random bytes, the first bit clear and not all zero: a positive serial of RFC 5280. */
function newSerial(): string {
  const bytes = randomBytes(16)
  bytes[0] = ((bytes[0] as number) & 0x3f) | 0x40
  return bytes.toString('hex')
}
function validity(days: number, nowMs: number): { notBefore: Date; notAfter: Date } {
  if (!(days > 0 && days <= 36_500)) throw refuse('BAD_CONFIG', `validity of ${days} days: expected more than 0, at most 36500`)
  return { notBefore: new Date(nowMs - CLOCK_SKEW_MS), notAfter: new Date(nowMs + days * DAY_MS) }
}
const dn = (...parts: readonly (readonly [string, string])[]): x509.JsonName => parts.map(([key, value]) => ({ [key]: [value] }))

/** A self-signed authority (path length 0: it signs end certificates only). */
export async function createAuthority(name: string, options: { validDays?: number; nowMs?: number } = {}): Promise<Authority> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerial(),
    name: dn(['CN', name]),
    ...validity(options.validDays ?? 3650, options.nowMs ?? Date.now()),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { caPem: certificate.toString('pem'), caKeyPem: await keyPemOf(keys) }
}

async function issue(
  authority: Authority,
  subject: x509.JsonName,
  publicKey: x509.PublicKeyType,
  extensions: readonly x509.Extension[],
  when: { validDays: number; serial?: string; nowMs?: number },
): Promise<string> {
  const ca = new x509.X509Certificate(authority.caPem)
  const signingKey = await webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(authority.caKeyPem), ALGORITHM, false, ['sign'])
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: when.serial ?? newSerial(),
    subject,
    issuer: ca.subjectName.toJSON(),
    ...validity(when.validDays, when.nowMs ?? Date.now()),
    signingAlgorithm: ALGORITHM,
    publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
      ...extensions,
    ],
  })
  return certificate.toString('pem')
}

/** The coordinator's own certificate, for the names and addresses under which hospitals dial it. */
export async function issueServerCertificate(
  authority: Authority,
  options: { hosts: readonly string[]; validDays?: number; nowMs?: number },
): Promise<IssuedIdentity> {
  const [first] = options.hosts
  if (first === undefined) throw refuse('BAD_CONFIG', 'hosts: at least one name or address is needed')
  const keys = await newKeys()
  const certPem = await issue(
    authority,
    dn(['CN', first]),
    keys.publicKey,
    [
      new x509.SubjectAlternativeNameExtension(options.hosts.map((host) => ({ type: isIP(host) ? ('ip' as const) : ('dns' as const), value: host }))),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    ],
    { validDays: options.validDays ?? 825, ...(options.nowMs === undefined ? {} : { nowMs: options.nowMs }) },
  )
  return { certPem, keyPem: await keyPemOf(keys) }
}

/** Made at the hospital: the private key never leaves it, the request (PKCS#10, DER) does. */
export async function createCertificateRequest(hospital: HospitalId): Promise<{ readonly keyPem: string; readonly csrDer: Uint8Array }> {
  const keys = await newKeys()
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: dn(['CN', hospital]), keys, signingAlgorithm: ALGORITHM })
  return { keyPem: await keyPemOf(keys), csrDer: new Uint8Array(request.rawData) }
}

/** The public key of a request whose signature proves that the sender holds the private key. @throws BAD_BYTES | BAD_KEY | BAD_SIGNATURE. */
async function verifiedKey(csrDer: Uint8Array): Promise<x509.PublicKey> {
  try {
    const request = new x509.Pkcs10CertificateRequest(new Uint8Array(csrDer))
    const key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), type: 'spki', format: 'der' })
    if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
      throw refuse('BAD_KEY', 'a certificate request must carry a P-256 key')
    if (!(await request.verify())) throw refuse('BAD_SIGNATURE', 'the certificate request is not signed with its own key')
    return request.publicKey
  } catch (error) {
    throw isRefusal(error) ? error : refuse('BAD_BYTES', 'not a certificate request', error)
  }
}

/**
 * A member's certificate: client authentication only. Name and extensions come from the coordinator; whatever the request asks for
 * beyond its key is ignored. `serial` is hexadecimal; a random one where none is given.
 * @throws BAD_BYTES | BAD_KEY | BAD_SIGNATURE.
 */
export async function issueMemberCertificate(
  authority: Authority,
  csrDer: Uint8Array,
  options: { hospital: HospitalId; validDays: number; serial?: string; nowMs?: number },
): Promise<string> {
  const key = await verifiedKey(csrDer)
  return issue(authority, dn(['CN', options.hospital]), key, [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])], options)
}

/** SHA-256 of the SPKI of a certificate (PEM or DER): a member's `tlsKey` in the roster. @throws BAD_BYTES. */
export function spkiDigest(certificate: string | Uint8Array): Digest {
  try {
    const spki = new NodeCertificate(certificate).publicKey.export({ type: 'spki', format: 'der' })
    return toDigest(createHash('sha256').update(spki).digest())
  } catch (error) {
    throw refuse('BAD_BYTES', 'not a certificate', error)
  }
}
