// What the secure sum costs, one thread: contribute, add, answer, open; beside the usual peer setting on the same library, measured in the same run.
import { createHash } from 'node:crypto'
import { toDigest } from '../core/ids.ts'
import { type LaneLayout, laneCount } from '../core/lanes.ts'
import { createSeededRandom, systemRandom } from '../core/random.ts'
import { createCipher } from '../privacy/cipher.ts'
import { fingerprintOf } from '../privacy/fingerprint.ts'
import { ciphertextCount, pack } from '../privacy/lanes.ts'
import { PARAMETERS } from '../privacy/parameters.ts'
import { addShares, shareKey } from '../privacy/shamir.ts'
import { measurePeerCkks } from './baselines/peer-ckks.ts'
import { type Bench, medianMs } from './bench.ts'
import { cosigningBytes } from './cosigning-bytes.ts'

const CONTRIBUTORS = 20
const CIPHERTEXTS = 4
const REPEATS = 9
const PLAN = toDigest(createHash('sha256').update('bench').digest())
/** Two lanes of 28 bits: 16-bit updates of up to 4,095 hospitals. */
const layout: LaneLayout = {
  lanesPerCoefficient: 2,
  laneBits: 28,
  valueBits: 16,
  segments: [{ name: 'update', length: CIPHERTEXTS * 8191, clip: 1, rounding: 'stochastic' }],
}

async function run(): ReturnType<Bench['run']> {
  const cipher = createCipher('bgv')
  const count = ciphertextCount(layout)
  const words = createSeededRandom('bench').fill(new Uint32Array(laneCount(layout)))
  const quantised = Float64Array.from(words, (word) => (word & 0xffff) - 32768)
  const encrypt = () => cipher.encrypt(PLAN, pack(layout, quantised), systemRandom)

  const contributeMs = await medianMs(REPEATS, count, encrypt)
  const sent = await Promise.all(Array.from({ length: CONTRIBUTORS }, encrypt))
  const contributions = sent.map((s) => s.ciphertexts)
  const addMs = await medianMs(REPEATS, CONTRIBUTORS * count, () => cipher.add(null, contributions))
  const shareMs = await medianMs(REPEATS, 1, () => shareKey(sent[0]?.key as Int32Array, 3, 5, systemRandom))
  const shares = sent.map((s) => shareKey(s.key, 3, 5, systemRandom)[0] as Uint32Array)
  const answerMs = await medianMs(REPEATS, 1, () => addShares(shares))
  const aggregate = await cipher.add(null, contributions)
  const keySum = Int32Array.from({ length: PARAMETERS.ringDegree }, (_, i) => sent.reduce((sum, s) => sum + (s.key[i] as number), 0))
  const openMs = await medianMs(REPEATS, count, () => cipher.open(PLAN, aggregate, keySum))
  const fingerprintMs = await medianMs(REPEATS, count, async () => fingerprintOf(PLAN, aggregate))
  const cosigning = cosigningBytes()
  const peer = await measurePeerCkks(REPEATS)

  const bytesPerValue = (count * PARAMETERS.ciphertextBytes) / laneCount(layout)
  const usPerValue = (contributeMs * count * 1000) / laneCount(layout)
  const rows = [
    { what: 'contribute, a ciphertext of 8,191 values', figure: contributeMs, unit: 'ms' },
    { what: 'contribute, a value', figure: usPerValue, unit: 'us' },
    { what: 'wire, a value', figure: bytesPerValue, unit: 'bytes' },
    { what: 'share a key among 5, once a contribution', figure: shareMs, unit: 'ms' },
    { what: 'add, a ciphertext', figure: addMs, unit: 'ms' },
    { what: `a custodian's answer for ${CONTRIBUTORS} contributors`, figure: answerMs, unit: 'ms' },
    { what: 'open, a ciphertext', figure: openMs, unit: 'ms' },
    { what: 'fingerprint, a ciphertext', figure: fingerprintMs, unit: 'ms' },
    { what: `a co-signer's fetch, full form, ${cosigning.what}`, figure: cosigning.full / 1e6, unit: 'MB' },
    { what: `a co-signer's fetch, light form, ${cosigning.what}`, figure: cosigning.light / 1e6, unit: 'MB' },
    { what: 'peer (CKKS N 8192, one shared key), a value', figure: peer.usPerValue, unit: 'us' },
    { what: 'peer, wire, a value', figure: peer.bytesPerValue, unit: 'bytes' },
    { what: 'faster than the peer', figure: peer.usPerValue / usPerValue, unit: 'times' },
    { what: 'smaller than the peer', figure: peer.bytesPerValue / bytesPerValue, unit: 'times' },
  ]
  const figures = {
    contributors: CONTRIBUTORS,
    contributeMsPerCiphertext: contributeMs,
    contributeUsPerValue: usPerValue,
    wireBytesPerValue: bytesPerValue,
    shareMsPerContribution: shareMs,
    addMsPerCiphertext: addMs,
    answerMsPerCustodian: answerMs,
    openMsPerCiphertext: openMs,
    fingerprintMillis: fingerprintMs,
    cosignerBytesFull: cosigning.full,
    cosignerBytesLight: cosigning.light,
    cosignerBytesRatio: cosigning.full / cosigning.light,
    peerCkksUsPerValue: peer.usPerValue,
    peerCkksBytesPerValue: peer.bytesPerValue,
    usPerValueRatioToPeerCkks: usPerValue / peer.usPerValue,
    bytesPerValueRatioToPeerCkks: bytesPerValue / peer.bytesPerValue,
  }
  return { rows, figures }
}

export const bench: Bench = { title: `The secure sum, ${CONTRIBUTORS} contributors, ${CIPHERTEXTS} ciphertexts each, one thread (median of ${REPEATS})`, run }
