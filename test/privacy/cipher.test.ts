import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toDigest } from '../../core/ids.ts'
import { type LaneLayout, laneCount } from '../../core/lanes.ts'
import { createSeededRandom, systemRandom } from '../../core/random.ts'
import { closeSeal } from '../../privacy/cipher/bgv.ts'
import { createCipher } from '../../privacy/cipher.ts'
import { pack, unpack } from '../../privacy/lanes.ts'
import { PARAMETERS } from '../../privacy/parameters.ts'
import { liveHandles } from '../../privacy/seal/index.ts'
import { refused } from './refused.ts'

const { ringDegree: N, plainPrime: T } = PARAMETERS
const PLAN = toDigest(createHash('sha256').update('a plan').digest())
const OTHER = toDigest(createHash('sha256').update('another plan').digest())
const sumKeys = (keys: readonly Int32Array[]): Int32Array => Int32Array.from({ length: N }, (_, i) => keys.reduce((sum, key) => sum + (key[i] as number), 0))
const randomMessage = (): BigUint64Array => systemRandom.fill(new BigUint64Array(N)).map((v) => v % T)
const sumMessages = (messages: readonly BigUint64Array[]): BigUint64Array =>
  BigUint64Array.from({ length: N }, (_, i) => messages.reduce((sum, m) => (sum + (m[i] as bigint)) % T, 0n))
const layoutOf = (lanesPerCoefficient: number, laneBits: number, valueBits: number, length: number): LaneLayout => ({
  lanesPerCoefficient,
  laneBits,
  valueBits,
  segments: [{ name: 'v', length, clip: 1, rounding: 'stochastic' }],
})

describe.each(['bgv', 'clear'] as const)('the %s cipher', (name) => {
  const cipher = createCipher(name)

  test('opens the sum of whole random messages mod T, in odd and even numbers of ciphertexts', async () => {
    for (const [members, count] of [
      [1, 1],
      [3, 2],
      [4, 3],
    ] as const) {
      const messages = Array.from({ length: members }, () => Array.from({ length: count }, randomMessage))
      const sent = await Promise.all(messages.map((m) => cipher.encrypt(PLAN, m, systemRandom)))
      const opened = await cipher.open(
        PLAN,
        await cipher.add(
          null,
          sent.map((s) => s.ciphertexts),
        ),
        sumKeys(sent.map((s) => s.key)),
      )
      expect(opened).toEqual(Array.from({ length: count }, (_, j) => sumMessages(messages.map((m) => m[j] as BigUint64Array))))
    }
  })
  test('opens messages at the ends of the range exactly: 0, 1, (T-1)/2, (T+1)/2, T-1', async () => {
    const ends = [0n, 1n, (T - 1n) / 2n, (T + 1n) / 2n, T - 1n]
    const messages = Array.from({ length: 3 }, (_, k) => BigUint64Array.from({ length: N }, (_, i) => ends[(i + k * (i >> 3)) % 5] as bigint))
    const sent = await Promise.all(messages.map((m) => cipher.encrypt(PLAN, [m], systemRandom)))
    const aggregate = await cipher.add(
      null,
      sent.map((s) => s.ciphertexts),
    )
    expect(await cipher.open(PLAN, aggregate, sumKeys(sent.map((s) => s.key)))).toEqual([sumMessages(messages)])
  })
  test('opens exact sums of lanes over random vectors, contributors, lanes and widths', async () => {
    const shapes = fc.record({
      shape: fc.constantFrom([1, 50, 40], [2, 28, 20], [3, 19, 12], [4, 14, 9]),
      n: fc.integer({ min: 1, max: 6 }),
      length: fc.integer({ min: 0, max: 9000 }),
      seed: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(shapes, async ({ shape: [lanes, laneBits, valueBits], n, length, seed }) => {
        const layout = layoutOf(lanes as number, laneBits as number, valueBits as number, length)
        const words = createSeededRandom(`vectors ${seed}`)
        const most = 2 ** ((valueBits as number) - 1)
        const vectors = Array.from({ length: n }, () =>
          Float64Array.from(words.fill(new Uint32Array(length)), (word) => Math.round((word / 2 ** 32) * 2 * most) - most),
        )
        const sent = await Promise.all(vectors.map((q) => cipher.encrypt(PLAN, pack(layout, q), systemRandom)))
        const opened = unpack(
          layout,
          await cipher.open(
            PLAN,
            await cipher.add(
              null,
              sent.map((s) => s.ciphertexts),
            ),
            sumKeys(sent.map((s) => s.key)),
          ),
          n,
        )
        expect(opened.sums.findIndex((sum, i) => sum !== vectors.reduce((total, q) => total + BigInt(q[i] as number), 0n))).toBe(-1)
        expect(opened.constants.every((c) => c === BigInt(n))).toBe(true)
      }),
      { numRuns: 12 },
    )
  })
  test('one-hot contributions open to ones and zeros: nothing is counted twice', async () => {
    const layout = layoutOf(2, 28, 2, 30)
    const sent = await Promise.all(
      Array.from({ length: 10 }, (_, k) => cipher.encrypt(PLAN, pack(layout, new Float64Array(30).fill(1, 3 * k, 3 * k + 1)), systemRandom)),
    )
    const { sums } = unpack(
      layout,
      await cipher.open(
        PLAN,
        await cipher.add(
          null,
          sent.map((s) => s.ciphertexts),
        ),
        sumKeys(sent.map((s) => s.key)),
      ),
      10,
    )
    expect([...sums]).toEqual(Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? 1n : 0n)))
  })
  test('adds to the same bytes in any order and grouping', async () => {
    const sent = await Promise.all(Array.from({ length: 5 }, () => cipher.encrypt(PLAN, [randomMessage(), randomMessage()], systemRandom)))
    const [a, b, c, d, e] = sent.map((s) => s.ciphertexts) as [Uint8Array[], Uint8Array[], Uint8Array[], Uint8Array[], Uint8Array[]]
    const whole = await cipher.add(null, [a, b, c, d, e])
    expect(await cipher.add(null, [e, c, a, d, b])).toEqual(whole)
    expect(await cipher.add(await cipher.add(null, [d, b]), [e, a, c])).toEqual(whole)
    expect(await cipher.add(await cipher.add(null, [a, b, c]), [await cipher.add(null, [e, d])])).toEqual(whole)
  })
  test('sends 46,080 bytes a ciphertext and never the same twice', async () => {
    const message = randomMessage()
    const [first, second] = await Promise.all([0, 1].map(() => cipher.encrypt(PLAN, [message], systemRandom)))
    expect(first?.ciphertexts.map((c) => c.length)).toEqual([46_080])
    expect(first?.key).not.toEqual(second?.key)
    expect(first?.key.every((v) => Math.abs(v) <= 42)).toBe(true)
    if (name === 'bgv') expect(first?.ciphertexts).not.toEqual(second?.ciphertexts)
  })
  test('refuses to add nothing, unequal lists or malformed ciphertexts, and messages that are no coefficients mod T', async () => {
    const { ciphertexts } = await cipher.encrypt(PLAN, [randomMessage()], systemRandom)
    const twice = [...ciphertexts, ...ciphertexts]
    for (const [partial, contributions] of [
      [null, []],
      [null, [[]]],
      [null, [ciphertexts, twice]],
      [twice, [ciphertexts]],
      [null, [[new Uint8Array(46_080).fill(255)]]],
    ] as const)
      await expect(cipher.add(partial, contributions)).rejects.toThrow(refused('BAD_CIPHERTEXT'))
    for (const message of [new BigUint64Array(N - 1), new BigUint64Array(N).fill(T)])
      await expect(cipher.encrypt(PLAN, [message], systemRandom)).rejects.toThrow(refused('BAD_LAYOUT'))
  })
})

describe('under BGV', () => {
  const cipher = createCipher('bgv')
  const layout = layoutOf(2, 28, 16, 5000)
  /** Share of opened lanes that are within reach of honest contributors: 1 for a right key sum, about 2^-9 for noise. */
  const plausible = (messages: readonly BigUint64Array[], n: number): number => {
    const { sums } = unpack(layout, messages, n)
    return sums.filter((v) => (v < 0n ? -v : v) <= BigInt(n) << 15n).length / laneCount(layout)
  }

  test('any other key sum opens to noise: one key missing, one too many, one coefficient off, another plan', async () => {
    const sent = await Promise.all(Array.from({ length: 3 }, () => cipher.encrypt(PLAN, pack(layout, new Float64Array(5000).fill(9)), systemRandom)))
    const aggregate = await cipher.add(
      null,
      sent.map((s) => s.ciphertexts),
    )
    const keys = sent.map((s) => s.key)
    const right = sumKeys(keys)
    expect(plausible(await cipher.open(PLAN, aggregate, right), 3)).toBe(1)
    const off = right.map((v, i) => (i === 17 ? v + 1 : v))
    for (const wrong of [sumKeys(keys.slice(1)), sumKeys([...keys, keys[0] as Int32Array]), off, new Int32Array(N)])
      expect(plausible(await cipher.open(PLAN, aggregate, wrong), 3)).toBeLessThan(0.05)
    expect(plausible(await cipher.open(OTHER, aggregate, right), 3)).toBeLessThan(0.05)
  })
  test('a contribution made under another plan, or left out of the aggregate, spoils the constant lanes', async () => {
    const [a, b] = await Promise.all([PLAN, OTHER].map((plan) => cipher.encrypt(plan, pack(layout, new Float64Array(5000)), systemRandom)))
    const keys = sumKeys([a?.key as Int32Array, b?.key as Int32Array])
    for (const contributions of [[a, b], [a]]) {
      const aggregate = await cipher.add(
        null,
        contributions.map((s) => s?.ciphertexts as Uint8Array[]),
      )
      expect(unpack(layout, await cipher.open(PLAN, aggregate, keys), 2).constants).not.toEqual([2n])
    }
  })
  test('ciphertexts look uniform: each bit of the wire is set half the time', async () => {
    const { ciphertexts } = await cipher.encrypt(
      PLAN,
      Array.from({ length: 4 }, () => new BigUint64Array(N)),
      systemRandom,
    )
    const bits = ciphertexts.length * 46_080 * 8
    const ones = ciphertexts.reduce((sum, bytes) => sum + bytes.reduce((n, b) => n + (b.toString(2).split('1').length - 1), 0), 0)
    expect(Math.abs(ones - bits / 2)).toBeLessThan(6 * Math.sqrt(bits / 4))
  })
  test('a random source that is not secure is refused, unless a test says so by name', async () => {
    await expect(cipher.encrypt(PLAN, [randomMessage()], createSeededRandom('seed'))).rejects.toThrow(refused('TEST_ONLY'))
    const repeatable = createCipher('bgv', { INSECURE_TEST_random: true })
    const message = randomMessage()
    const [one, two] = await Promise.all([0, 1].map(() => repeatable.encrypt(PLAN, [message, message, message], createSeededRandom('seed'))))
    expect(one).toEqual(two)
    expect(one?.ciphertexts[0]).not.toEqual(one?.ciphertexts[1])
  })
  test('a key sum of another length is refused', async () => {
    const { ciphertexts } = await cipher.encrypt(PLAN, [randomMessage()], systemRandom)
    await expect(cipher.open(PLAN, ciphertexts, new Int32Array(N - 1))).rejects.toThrow(refused('KEY_BOUND'))
  })
  test('no handle of SEAL is left after 50 steps, and none at all once the library is closed', async () => {
    const message = [randomMessage()]
    for (let step = 0; step < 50; step++) {
      const { ciphertexts, key } = await cipher.encrypt(PLAN, message, systemRandom)
      await cipher.open(PLAN, await cipher.add(null, [ciphertexts]), key)
      expect(liveHandles().working).toBe(0)
    }
    expect(liveHandles().resident).toBeGreaterThan(0)
    await closeSeal()
    expect(liveHandles()).toEqual({ working: 0, resident: 0 })
  })
})

test('in the clear, `open` reads the sum without the keys: it vouches for nothing about them', async () => {
  const cipher = createCipher('clear')
  const message = randomMessage()
  const { ciphertexts } = await cipher.encrypt(PLAN, [message], systemRandom)
  expect(await cipher.open(OTHER, ciphertexts, new Int32Array(N))).toEqual([message])
})
