// What one co-signer fetches for one step, in both forms: the canonical bytes of every message that the calls carry, with fields of their real sizes.
import { encode } from '../core/codec.ts'
import { type Digest, type HospitalId, parseHospitalId, toDigest } from '../core/ids.ts'
import { FINGERPRINT_WORDS } from '../privacy/fingerprint.ts'
import { cosignRequest, type Fingerprint, fingerprints, PROTOCOL_VERSION, rollHash } from '../privacy/messages.ts'
import { PARAMETERS } from '../privacy/parameters.ts'

const HOSPITALS = 20
const CUSTODIANS = 5
const CIPHERTEXTS = 64
const LANES_A_CIPHERTEXT = 8191
const digest = (fill: number): Digest => toDigest(new Uint8Array(32).fill(fill))

export interface CosigningBytes {
  readonly what: string
  readonly full: number
  readonly light: number
}

export function cosigningBytes(): CosigningBytes {
  const ids = Array.from({ length: HOSPITALS }, (_, i) => parseHospitalId(`hospital-${String(i).padStart(2, '0')}`))
  const contribution = CIPHERTEXTS * PARAMETERS.ciphertextBytes
  const request = requestBytes(ids)
  return {
    what: `${HOSPITALS} hospitals, ${CIPHERTEXTS} ciphertexts each`,
    full: request + HOSPITALS * contribution,
    // The aggregate, what everybody signed, and one contribution that was drawn.
    light: request + contribution + encode(fingerprints, ids.map(fingerprintBy)).length + contribution,
  }
}

function requestBytes(ids: readonly HospitalId[]): number {
  const roll = ids.map((member, i) => ({ member, receipt: digest(i) }))
  const answerSet = ids.slice(0, CUSTODIANS)
  const statement = {
    protocol: PROTOCOL_VERSION,
    plan: digest(100),
    key: { job: digest(101), step: 1, group: 0 },
    roster: digest(102),
    roll: rollHash(roll),
    answerSet,
    aggregate: Array.from({ length: CIPHERTEXTS }, (_, j) => digest(j)),
  }
  const signatures = answerSet.map((signer) => ({ signer, signature: new Uint8Array(64) }))
  return encode(cosignRequest, {
    certificate: { statement, roll, signatures },
    keySum: new Int32Array(PARAMETERS.ringDegree),
    release: { statement: digest(103), sums: new BigInt64Array(CIPHERTEXTS * LANES_A_CIPHERTEXT) },
    nextState: digest(104),
  }).length
}

const fingerprintBy = (member: HospitalId): Fingerprint => ({
  body: { statement: digest(103), receipt: digest(105), member, words: new BigInt64Array(FINGERPRINT_WORDS * CIPHERTEXTS) },
  signature: new Uint8Array(64),
})
