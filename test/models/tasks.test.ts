import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { encode } from '../../core/codec.ts'
import { laneCount, laneLayout } from '../../core/lanes.ts'
import { fitBits, fitIntegers } from '../../models/fit-lanes.ts'
import {
  describeParams,
  evaluateParams,
  fedavgParams,
  fitLogistic,
  fitMlp,
  logisticParams,
  parseModel,
  randomnessParams,
  scoreRows,
  taskByName,
  taskNames,
  type Upstream,
} from '../../models/index.ts'
import { checkFits } from '../../privacy/lanes.ts'
import { type Federation, feature, syntheticFederation, tableOf } from '../support/learning-data.ts'
import { runTask } from '../support/task-runner.ts'

/** (T-1)/2 for the least 58-bit T. */
const HALF = 1n << 56n
const CELLS = { cellPersons: 1, cellHospitals: 1 }
const integer = { name: 'n', length: 1, clip: 1000, rounding: 'integer' } as const

describe('the registry', () => {
  it('knows a closed list and refuses every other name', () => {
    expect(taskNames()).toEqual(['randomness', 'describe', 'logistic', 'fedavg', 'evaluate'])
    for (const name of taskNames()) expect(taskByName(name).name).toBe(name)
    expect(() => taskByName('toString')).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
    expect(() => parseModel('constructor', new Uint8Array())).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }))
  })

  it('refuses random bytes as parameters and as states, by code', () => {
    fc.assert(
      fc.property(fc.constantFrom(...taskNames()), fc.uint8Array({ minLength: 1, maxLength: 200 }), (name, bytes) => {
        for (const attempt of [() => taskByName(name).checkParams(bytes), () => taskByName(name).layout(bytes, 5)]) {
          try {
            attempt()
          } catch (error) {
            expect(error).toMatchObject({ code: expect.stringMatching(/^(BAD_BYTES|TOO_LARGE|BAD_CONFIG|BAD_LAYOUT|OTHER_STATE)$/) })
          }
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('loads no tensor engine when the folder is imported', () => {
    const code = `await import('./models/index.ts'); const m = await import('node:module'); console.log(Object.keys(m.default._cache).filter((f) => f.includes('tensorflow')).length)`
    const out = execFileSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', code], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      encoding: 'utf8',
    })
    expect(out.trim()).toBe('0')
  })

  it('advances with + - x / sqrt alone: no function whose last bit differs between machines', async () => {
    const federation = syntheticFederation({ sites: 2, rows: 40, features: 3, seed: 'pure' })
    const described = await runTask(federation, 'describe', describeParams(CELLS), {}, { sum: 'lanes' })
    const upstream: Upstream = { describe: { task: 'describe', state: described.state } }
    const context = { featureSet: federation.featureSet, features: federation.features, seed: new Uint8Array(32), rowCap: federation.rowCap }
    const fit = await runTask(federation, 'logistic', logisticParams(CELLS), upstream, { sum: 'lanes' })
    const params = {
      randomness: randomnessParams(),
      describe: describeParams(CELLS),
      logistic: logisticParams(CELLS),
      fedavg: fedavgParams({ server: 'fedavgm' }),
      evaluate: evaluateParams({ model: 'fit', ...CELLS }),
    }
    const banned = ['exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'pow', 'sin', 'cos', 'tan', 'tanh', 'hypot', 'cbrt', 'random'] as const
    for (const name of banned)
      vi.spyOn(Math, name).mockImplementation(() => {
        throw new Error(`Math.${name}`)
      })
    for (const [name, bytes] of Object.entries(params)) {
      const task = taskByName(name)
      let state = task.init(bytes, { ...context, upstream: { ...upstream, fit: { task: 'logistic', state: fit.state } } })
      expect(task.done(state)).toBe(false)
      for (let step = 0; step < 4 && !task.done(state); step++) {
        const sums = new Float64Array(laneCount(task.layout(state, 2))).fill(1)
        expect(task.advance(state, sums)).toEqual(task.advance(state, sums))
        state = task.advance(state, sums)
      }
    }
    vi.restoreAllMocks()
  })

  it('opens step 0 with no lanes of its own, once', async () => {
    const federation = syntheticFederation({ sites: 3, rows: 10, features: 1, seed: 'zero' })
    const { steps, states } = await runTask(federation, 'randomness', randomnessParams(), {}, { sum: 'lanes' })
    expect(steps).toBe(1)
    expect(laneCount(taskByName('randomness').layout(states[0] as Uint8Array, 3))).toBe(0)
  })
})

describe('lanes', () => {
  it('are as fine as the plaintext allows: the sum of the whole cohort fits, one bit more would not', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 3 }), (n, lanes) => {
        const { valueBits, laneBits } = fitBits(n, lanes, 50, 2, [])
        const total = (bits: number, width: number) =>
          Array.from({ length: lanes }, (_, i) => (BigInt(n) << BigInt(bits - 1)) << BigInt(i * width)).reduce((a, b) => a + b, 0n)
        expect(total(valueBits, laneBits) <= HALF).toBe(true)
        expect(BigInt(n) << BigInt(valueBits - 1) < 1n << BigInt(laneBits - 1)).toBe(true)
        if (valueBits < 50) expect(total(valueBits + 1, laneBits + 1) > HALF).toBe(true)
        encode(laneLayout, fitBits(n, lanes, 50, 2, []))
      }),
    )
  })

  it('are accepted by the secure sum, from one contributor to ten thousand', () => {
    const clips = fc.integer({ min: 1, max: 5_000_000_000 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 3 }), fc.integer({ min: 2, max: 50 }), clips, (n, lanes, bits, clip) => {
        checkFits(fitBits(n, lanes, bits, 2, []), n)
        checkFits(fitIntegers(n, [{ ...integer, clip }]), n)
      }),
    )
  })

  it('hold integers up to their clip and refuse those beyond 52 bits', () => {
    expect(2 ** (fitIntegers(5, [integer]).valueBits - 1)).toBeGreaterThanOrEqual(1000)
    expect(() => fitIntegers(5, [{ ...integer, clip: 2 ** 53 }])).toThrow(expect.objectContaining({ code: 'BAD_LAYOUT' }))
  })
})

describe('scoring', () => {
  it('needs the final state alone, whatever the order of columns', async () => {
    const federation = syntheticFederation({ sites: 2, rows: 100, features: 3, seed: 'score', missing: 0.1 })
    const described = await runTask(federation, 'describe', describeParams(CELLS), {}, { sum: 'lanes' })
    const { state } = await runTask(federation, 'logistic', logisticParams(CELLS), { describe: { task: 'describe', state: described.state } }, { sum: 'lanes' })
    const { heldOut } = federation.sites[0] as Federation['sites'][number]
    const reversed = {
      ...heldOut,
      features: heldOut.features.toReversed(),
      x: Float64Array.from({ length: heldOut.x.length }, (_, i) => heldOut.x[Math.floor(i / 3) * 3 + 2 - (i % 3)] as number),
    }
    const [a, b] = [heldOut, reversed].map((t) => scoreRows(parseModel('logistic', state), t))
    expect(a).toEqual(b)
    a?.probability.forEach((p, i) => expect(p).toBeCloseTo(1 / (1 + Math.exp(-(a.logit[i] as number))), 12))
  })

  it('refuses rows of another feature set and states whose parts do not match', async () => {
    const model = await fitLogistic(tableOf('a/1', [feature('v', 0, 1)], [[0], [1], [0.5]], [0, 1, 1]))
    expect(() => scoreRows(model, tableOf('b/1', [feature('v', 0, 1)], [[0]], [0]))).toThrow(expect.objectContaining({ code: 'BAD_DATA' }))
    expect(() => parseModel('fedavg', new Uint8Array(40))).toThrow(expect.objectContaining({ code: expect.stringMatching(/BAD_/) }))
  })

  it('says the base rate where a site has one class, or no row at all', async () => {
    const features = [feature('v', 0, 1)]
    const honest = await fitLogistic(tableOf('a/1', features, [[0], [1], [1]], [0, 0, 0]))
    expect(scoreRows(honest, tableOf('a/1', features, [[0], [1]], [0, 1])).probability).toEqual(Float64Array.of(0.125, 0.125))
    expect(await fitMlp(tableOf('a/1', features, [], []))).toMatchObject({ kind: 'constant', logit: 0 })
  })
})
