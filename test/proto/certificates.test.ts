import 'reflect-metadata'
import { createHash, createPrivateKey, createPublicKey, webcrypto, X509Certificate } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { isRefusal } from '../../core/errors.ts'
import {
  type Authority,
  createAuthority,
  createCertificateRequest,
  issueMemberCertificate,
  issueServerCertificate,
  spkiDigest,
} from '../../proto/certificates.ts'
import { ALPHA, BETA } from './federation.ts'

let authority: Authority
beforeAll(async () => {
  authority = await createAuthority('Regulator of the test')
})
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const issued = async (csrDer: Uint8Array): Promise<X509Certificate> =>
  new X509Certificate(await issueMemberCertificate(authority, csrDer, { hospital: ALPHA, validDays: 30 }))
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

describe('a member certificate', () => {
  test('carries the key of the request, the name that the coordinator gave, and is signed by the authority', async () => {
    const { keyPem, csrDer } = await createCertificateRequest(BETA)
    const certificate = await issued(csrDer)
    const ca = new X509Certificate(authority.caPem)
    expect(certificate.verify(ca.publicKey)).toBe(true)
    expect(certificate.checkIssued(ca)).toBe(true)
    expect(certificate.subject).toBe('CN=alpha')
    expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true)
    expect(certificate.keyUsage).toEqual([CLIENT_AUTH])
    expect(certificate.ca).toBe(false)
  })

  test('takes nothing from the request but its key: asked-for names, authority and server use are ignored', async () => {
    const keys = (await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
    const greedy = await x509.Pkcs10CertificateRequestGenerator.create({
      name: 'CN=coordinator.example',
      keys,
      signingAlgorithm: P256,
      extensions: [
        new x509.BasicConstraintsExtension(true, 5, true),
        new x509.ExtendedKeyUsageExtension([SERVER_AUTH]),
        new x509.SubjectAlternativeNameExtension([{ type: 'dns', value: 'coordinator.example' }]),
      ],
    })
    const certificate = await issued(new Uint8Array(greedy.rawData))
    expect([certificate.subject, certificate.ca, certificate.subjectAltName, certificate.keyUsage]).toEqual(['CN=alpha', false, undefined, [CLIENT_AUTH]])
  })

  test('is valid for the days asked for, from a little before now, under the serial given', async () => {
    const nowMs = Date.UTC(2025, 0, 31)
    const { csrDer } = await createCertificateRequest(ALPHA)
    const certificate = new X509Certificate(await issueMemberCertificate(authority, csrDer, { hospital: ALPHA, validDays: 10, serial: '4711', nowMs }))
    expect([certificate.serialNumber, Date.parse(certificate.validTo)]).toEqual(['4711', nowMs + 10 * 86_400_000])
    expect(Date.parse(certificate.validFrom)).toBe(nowMs - 300_000)
    await expect(issueMemberCertificate(authority, csrDer, { hospital: ALPHA, validDays: 0 })).rejects.toMatchObject({ code: 'BAD_CONFIG' })
  })

  test('is refused for a request that its own key did not sign', async () => {
    const { csrDer } = await createCertificateRequest(ALPHA)
    const other = (await createCertificateRequest(ALPHA)).csrDer
    // Another request's signature under this request's body; both are DER of about the same length, so only the last bytes are swapped.
    const forged = Uint8Array.from(Buffer.concat([csrDer.slice(0, csrDer.length - 20), other.slice(other.length - 20)]))
    await expect(issued(forged)).rejects.toMatchObject({ code: 'BAD_SIGNATURE' })
  })

  test('is refused for keys other than P-256', async () => {
    const P384 = { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' }
    const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', publicExponent: new Uint8Array([1, 0, 1]), modulusLength: 2048 }
    for (const algorithm of [P384, RSA]) {
      const keys = (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair
      const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: 'CN=alpha', keys, signingAlgorithm: algorithm })
      await expect(issued(new Uint8Array(request.rawData))).rejects.toMatchObject({ code: 'BAD_KEY' })
    }
  })

  test('is refused by code for bytes that are no request, or is for the key that signed it', async () => {
    const { keyPem, csrDer } = await createCertificateRequest(ALPHA)
    const damaged = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.tuple(fc.nat({ max: csrDer.length - 1 }), fc.integer({ min: 1, max: 255 })).map(([at, flip]) => csrDer.map((b, i) => (i === at ? b ^ flip : b))),
    )
    await fc.assert(
      fc.asyncProperty(damaged, async (bytes) => {
        // Damage outside of what is signed may pass; the proof of possession may not.
        const outcome = await issued(bytes).then(
          (certificate) => (certificate.checkPrivateKey(createPrivateKey(keyPem)) ? 'its own key' : 'another key'),
          (error) => (isRefusal(error) ? error.code : `unexpected ${error}`),
        )
        expect(['BAD_BYTES', 'BAD_KEY', 'BAD_SIGNATURE', 'its own key']).toContain(outcome)
      }),
      { numRuns: 500 },
    )
  })
})

test('a server certificate names all its hosts, and is for servers only', async () => {
  const { certPem, keyPem } = await issueServerCertificate(authority, { hosts: ['coordinator.example', '10.0.0.7', '::1'] })
  const certificate = new X509Certificate(certPem)
  expect(certificate.checkHost('coordinator.example')).toBe('coordinator.example')
  expect(certificate.checkHost('elsewhere.example')).toBeUndefined()
  expect([certificate.checkIP('10.0.0.7'), certificate.checkIP('::1'), certificate.checkIP('10.0.0.8')]).toEqual(['10.0.0.7', '::1', undefined])
  expect(certificate.keyUsage).toEqual([SERVER_AUTH])
  expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true)
  await expect(issueServerCertificate(authority, { hosts: [] })).rejects.toMatchObject({ code: 'BAD_CONFIG' })
})

test("the authority's certificate is an authority's, and its key is its own", () => {
  const certificate = new X509Certificate(authority.caPem)
  expect([certificate.ca, certificate.subject]).toEqual([true, 'CN=Regulator of the test'])
  expect(certificate.checkPrivateKey(createPrivateKey(authority.caKeyPem))).toBe(true)
})

test('the digest of a key is the SHA-256 of its SPKI, the same from PEM and DER, and another for another key', async () => {
  const { keyPem, csrDer } = await createCertificateRequest(ALPHA)
  const certPem = await issueMemberCertificate(authority, csrDer, { hospital: ALPHA, validDays: 1 })
  const spki = createPublicKey(createPrivateKey(keyPem)).export({ type: 'spki', format: 'der' })
  expect(spkiDigest(certPem)).toBe(createHash('sha256').update(spki).digest('hex'))
  expect(spkiDigest(new X509Certificate(certPem).raw)).toBe(spkiDigest(certPem))
  expect(spkiDigest(authority.caPem)).not.toBe(spkiDigest(certPem))
  expect(() => spkiDigest('no certificate')).toThrow(expect.objectContaining({ code: 'BAD_BYTES' }))
})
