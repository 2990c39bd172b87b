import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CUSTODIES, checkParameters, correctnessBound, PARAMETERS, thresholds } from '../../privacy/parameters.ts'
import { refused } from './refused.ts'

const isPrime = (n: bigint): boolean => {
  for (const base of [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n]) {
    let [d, r] = [n - 1n, 0]
    for (; d % 2n === 0n; d /= 2n) r++
    let x = 1n
    for (let e = d, square = base % n; e > 0n; e /= 2n, square = (square * square) % n) if (e % 2n === 1n) x = (x * square) % n
    if (x === 1n || x === n - 1n) continue
    let witness = true
    for (let i = 1; i < r && witness; i++) {
      x = (x * x) % n
      if (x === n - 1n) witness = false
    }
    if (witness) return false
  }
  return true
}

describe('the named set', () => {
  test('has primes of the stated sizes, congruent 1 mod 2N, so that the NTT exists', () => {
    const { dataPrimes, specialPrime, plainPrime, ringDegree } = PARAMETERS
    for (const [prime, bits] of [
      [dataPrimes[0], 45],
      [dataPrimes[1], 45],
      [specialPrime, 19],
      [plainPrime, 58],
    ] as const) {
      expect(prime.toString(2).length).toBe(bits)
      expect(prime % BigInt(2 * ringDegree)).toBe(1n)
      expect(isPrime(prime)).toBe(true)
    }
    expect(isPrime(BigInt(PARAMETERS.sharePrime))).toBe(true)
    expect(PARAMETERS.ciphertextBytes).toBe((2 * ringDegree * PARAMETERS.residueBits) / 8)
  })
  test('stays within the 109 bits that the 128-bit row of the security standard allows at N = 4096', () => {
    expect((PARAMETERS.dataPrimes[0] * PARAMETERS.dataPrimes[1] * PARAMETERS.specialPrime).toString(2).length).toBeLessThanOrEqual(109)
  })
  test('is frozen and the only one accepted', () => {
    expect(Object.isFrozen(PARAMETERS) && Object.isFrozen(PARAMETERS.dataPrimes)).toBe(true)
    expect(() => checkParameters({ ...PARAMETERS })).not.toThrow()
    expect(() => checkParameters({ ...PARAMETERS, ringDegree: 2048 })).toThrow(refused('BAD_PARAMETERS'))
    expect(() => checkParameters({ ...PARAMETERS, dataPrimes: [PARAMETERS.dataPrimes[1], PARAMETERS.dataPrimes[0]] })).toThrow(refused('BAD_PARAMETERS'))
    expect(() => checkParameters({ ...PARAMETERS, extra: 1 } as never)).toThrow(refused('BAD_PARAMETERS'))
  })
})

describe('the correctness bound', () => {
  test('is below q / 2 for 10,000 contributions with the margin that the design states: 2^77 of 2^89', () => {
    const bound = correctnessBound(10_000)
    expect(bound.fits).toBe(true)
    expect(bound.stated.toString(2).length).toBe(77)
    expect(bound.half.toString(2).length).toBe(89)
  })
  test('adds up term by term for every n, and the round figure covers the sum of the terms', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1 << 24 }), (n) => {
        const { noise, message, phase, stated, keySum } = correctnessBound(n)
        expect(noise).toBe(42n * BigInt(n) * PARAMETERS.plainPrime)
        expect(message).toBe((BigInt(n) * (PARAMETERS.plainPrime - 1n)) / 2n)
        expect(phase).toBe(noise + message)
        expect(phase < stated).toBe(true)
        expect(keySum).toBe(42 * n)
      }),
    )
  })
  test('ends where the phase could wrap or the key sum could pass p / 2, whichever comes first', () => {
    const most = Math.floor((PARAMETERS.sharePrime - 1) / 2 / 42)
    expect(correctnessBound(most).fits).toBe(true)
    expect(correctnessBound(most + 1).fits).toBe(false)
    expect(() => correctnessBound(0)).toThrow(refused('BAD_PARAMETERS'))
    expect(() => correctnessBound(1.5)).toThrow(refused('BAD_PARAMETERS'))
  })
})

describe('thresholds', () => {
  test('are those of the table', () => {
    expect(CUSTODIES.map(([m, f]) => thresholds(m, f))).toEqual([
      { t: 2, g: 3 },
      { t: 3, g: 4 },
      { t: 3, g: 5 },
      { t: 4, g: 6 },
      { t: 4, g: 7 },
    ])
  })
  test('let two certificates share an honest signer and survive one absent custodian', () => {
    for (const [m, f] of CUSTODIES) {
      const { t, g } = thresholds(m, f)
      expect(2 * g - m).toBeGreaterThanOrEqual(f + 1)
      expect(m - g).toBeGreaterThanOrEqual(1)
      expect(g).toBeGreaterThan(t)
    }
  })
  test('exist for no other pair', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1, max: 20 }), fc.integer({ min: -1, max: 20 }), (m, f) => {
        if (!CUSTODIES.some(([a, b]) => a === m && b === f)) expect(() => thresholds(m, f)).toThrow(refused('BAD_PARAMETERS'))
      }),
    )
  })
})
