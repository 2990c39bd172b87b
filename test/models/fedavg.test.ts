import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decode } from '../../core/codec.ts'
import { createSeededRandom } from '../../core/random.ts'
import { createThreads } from '../../core/work/threads.ts'
import { clipToNorm, type FedavgParams, fedavg, fedavgState } from '../../models/fedavg.ts'
import {
  contributeJob,
  describeParams,
  engineName,
  FEDAVG_DEFAULTS,
  fedavgParams,
  fitMlp,
  joinTables,
  type Model,
  metricsOfScores,
  parseModel,
  scoreRows,
  taskByName,
  type Upstream,
} from '../../models/index.ts'
import { loadEngine } from '../../models/mlp/engine.ts'
import { forward } from '../../models/mlp/forward.ts'
import { initialWeights, layersOf, weightCount } from '../../models/mlp/network.ts'
import { trainLocally } from '../../models/mlp/train.ts'
import { type Federation, feature, HEART_ABSENT, heartFederation, heartIsHere, syntheticFederation, tableOf } from '../support/learning-data.ts'
import { type Run, runTask } from '../support/task-runner.ts'

async function upstreamOf(federation: Federation): Promise<Upstream> {
  return {
    describe: {
      task: 'describe',
      state: (await runTask(federation, 'describe', describeParams({ cellPersons: 1, cellHospitals: 1 }), {}, { sum: 'lanes' })).state,
    },
  }
}
const train = async (federation: Federation, given: Partial<FedavgParams>, sum: 'lanes' | 'clear' = 'lanes'): Promise<Run> =>
  runTask(federation, 'fedavg', fedavgParams(given), await upstreamOf(federation), { sum })
const heldOutOf = (federation: Federation) => joinTables(federation.sites.map((s) => s.heldOut))
function judge(model: Model, federation: Federation): { auc: number; ap: number } {
  const heldOut = heldOutOf(federation)
  const { auc, averagePrecision } = metricsOfScores({ logit: scoreRows(model, heldOut).logit, label: heldOut.y, amountFen: heldOut.amountFen })
  return { auc, ap: averagePrecision }
}

describe('fedavg', () => {
  it('learns from five hospitals what none learns alone: AP within 0.05 of pooled, 0.10 above the local mean', async () => {
    const federation = syntheticFederation({ sites: 5, rows: 400, features: 12, seed: 'mlp', truth: 'product' })
    const given = { steps: 10 }
    const federated = judge(parseModel('fedavg', (await train(federation, given)).state), federation)
    const pooled = judge(await fitMlp(joinTables(federation.sites.map((s) => s.train)), given), federation)
    let local = 0
    for (const site of federation.sites) local += judge(await fitMlp(site.train, given), federation).ap / federation.sites.length
    expect(federated.ap).toBeGreaterThan(pooled.ap - 0.05)
    expect(federated.ap).toBeGreaterThan(local + 0.1)
  }, 90_000)

  it.skipIf(!heartIsHere)(`ranks held-out patients of the four real heart hospitals well${heartIsHere ? '' : ` (${HEART_ABSENT})`}`, async () => {
    const federation = heartFederation()
    expect(judge(parseModel('fedavg', (await train(federation, { steps: 6, batchRows: 64 })).state), federation).auc).toBeGreaterThan(0.8)
  })

  it('contributes the weighted, clipped difference and its weight', async () => {
    const federation = syntheticFederation({ sites: 1, rows: 80, features: 3, seed: 'delta' })
    const [data] = federation.sites as [Federation['sites'][number]]
    const params = fedavgParams({ hidden: '16', steps: 1, clipNorm: 0.25, learningRate: 0.05 })
    const state = taskByName('fedavg').init(params, {
      featureSet: federation.featureSet,
      features: federation.features,
      upstream: await upstreamOf(federation),
      seed: new Uint8Array(32),
      rowCap: 160,
    })
    const { vector } = await taskByName('fedavg').contribute({ state, local: null, data, rowCap: 160, random: createSeededRandom('c') })
    const weight = data.train.rows / 160
    expect(vector.at(-1)).toBe(weight)
    expect(Math.sqrt(vector.subarray(0, -1).reduce((sum, v) => sum + v * v, 0))).toBeCloseTo(0.25 * weight, 9)
  })

  it('averages by rows: advance is the weighted mean of deltas, in Float32-exact steps', () => {
    const layers = layersOf(2, '16')
    const n = weightCount(layers)
    const norm = {
      featureSet: 's',
      names: ['a', 'b'],
      low: new Float64Array(2),
      high: new Float64Array(2),
      mean: new Float64Array(2),
      std: new Float64Array(2),
    }
    const params = { ...FEDAVG_DEFAULTS, clipNorm: 100, server: 'fedavgm', momentum: 0.5 } as const
    const start = { params, normalisation: norm, step: 0, weights: new Float64Array(n), velocity: new Float64Array(n) }
    // 3 rows that say +1 and 1 row that says -1, caps of 4: (0.75 - 0.25) / (0.75 + 0.25).
    const sums = new Float64Array(n + 1).fill(0.5)
    sums[n] = 1
    const one = fedavg.advance(start, sums)
    expect(new Set(one.weights)).toEqual(new Set([0.5]))
    expect(new Set(fedavg.advance(one, sums).weights)).toEqual(new Set([1.25]))
    expect(
      [
        ...fedavg.advance(
          start,
          sums.map((v) => v / 3),
        ).weights,
      ].every((w) => Math.fround(w) === w),
    ).toBe(true)
  })

  it('does not let a lying weight lane move the model further than one clip', () => {
    const n = weightCount(layersOf(1, '16'))
    const norm = { featureSet: 's', names: ['a'], low: new Float64Array(1), high: new Float64Array(1), mean: new Float64Array(1), std: new Float64Array(1) }
    const start = { params: { ...FEDAVG_DEFAULTS, clipNorm: 2 }, normalisation: norm, step: 0, weights: new Float64Array(n), velocity: new Float64Array(n) }
    const sums = new Float64Array(n + 1).fill(1)
    sums[n] = 1e-9
    const moved = fedavg.advance(start, sums).weights
    expect(Math.sqrt(moved.reduce((s, v) => s + v * v, 0))).toBeCloseTo(2, 5)
    sums[n] = 0
    expect(fedavg.advance(start, sums)).toMatchObject({ step: 1, weights: start.weights })
  })

  it('makes no more updates a pass than the plan says, however many rows a hospital has', async () => {
    const [small, large] = [80, 400].map((rows) => syntheticFederation({ sites: 1, rows, features: 3, seed: 'updates' })) as [Federation, Federation]
    // Weight decay alone, at a rate too small to learn: kernels shrink once a batch, so the shrinkage counts the updates.
    const shrinkage = async (federation: Federation, mostBatches: number): Promise<number> => {
      const { states } = await train(
        federation,
        { steps: 1, localPasses: 1, batchRows: 8, mostBatches, optimiser: 'sgd', learningRate: 1e-6, weightDecay: 1e4, clipNorm: 1e3 },
        'clear',
      )
      const [before, after] = [states[0], states[1]].map((s) => decode(fedavgState, s as Uint8Array).weights) as [Float64Array, Float64Array]
      return Math.round(Math.log((after[0] as number) / (before[0] as number)) / Math.log(0.99))
    }
    expect(await shrinkage(large, 5)).toBe(5)
    expect(await shrinkage(small, 5)).toBe(5)
    expect(await shrinkage(small, 1000)).toBe(Math.ceil((small.sites[0] as Federation['sites'][number]).train.rows / 8))
  })

  it('trains at a rate that decays from step to step', async () => {
    const federation = syntheticFederation({ sites: 1, rows: 80, features: 3, seed: 'decay' })
    const moves = async (learningRateDecay: number): Promise<number[]> => {
      const given = { steps: 3, localPasses: 1, batchRows: 80, optimiser: 'sgd', learningRate: 1e-3, weightDecay: 0, learningRateDecay } as const
      const weights = (await train(federation, given, 'clear')).states.map((s) => decode(fedavgState, s).weights)
      return [0, 1, 2].map((k) => Math.hypot(...(weights[k + 1] as Float64Array).map((w, i) => w - (weights[k]?.[i] as number))))
    }
    const [steady, decaying] = [await moves(1), await moves(0.5)]
    for (const k of [0, 1, 2]) expect((decaying[k] as number) / (steady[k] as number)).toBeCloseTo(0.5 ** k, 1)
    expect(() => fedavgParams({ learningRateDecay: 1.1 })).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
  })

  it('starts from the seed alone: equal seeds give equal bytes, another seed another network', async () => {
    const layers = layersOf(5, '32-16')
    const seed = new Uint8Array(32).fill(1)
    expect(initialWeights(layers, seed)).toEqual(initialWeights(layers, seed))
    expect(initialWeights(layers, new Uint8Array(32))).not.toEqual(initialWeights(layers, seed))
    expect([...initialWeights(layers, seed)].every((w) => Math.fround(w) === w && Math.abs(w) <= Math.sqrt(6 / 5))).toBe(true)
  })

  it('fits two lanes a coefficient, 25 bits for five hospitals, at least 10 for ten thousand', async () => {
    const { states } = await train(syntheticFederation({ sites: 1, rows: 40, features: 3, seed: 'lanes' }), { steps: 1, localPasses: 1 })
    const layout = (n: number) => taskByName('fedavg').layout(states[0] as Uint8Array, n)
    expect(layout(5)).toMatchObject({ lanesPerCoefficient: 2, valueBits: 25 })
    expect(layout(10_000).valueBits).toBeGreaterThanOrEqual(10)
  })

  it('contributes nothing where there are no rows, and refuses sizes off the list', async () => {
    const features = [feature('a', 0, 1)]
    const empty = tableOf('none/1', features, [], [])
    const made = (train: typeof empty): Federation => ({ featureSet: 'none/1', features, rowCap: 5, sites: [{ train, heldOut: train }] })
    const upstream = await upstreamOf(made(tableOf('none/1', features, [[0], [1]], [0, 1])))
    const { state } = await runTask(made(empty), 'fedavg', fedavgParams({ steps: 2 }), upstream, { sum: 'lanes' })
    expect(decode(fedavgState, state).weights).toEqual(decode(fedavgState, state).weights.map(Math.fround))
    const bytes = fedavgParams()
    bytes[4 + 'describe'.length] = 250
    expect(() => taskByName('fedavg').checkParams(bytes)).toThrow(expect.objectContaining({ code: 'BAD_BYTES' }))
    expect(() => fedavgParams({ batchRows: 1 })).toThrow(expect.objectContaining({ code: 'BAD_CONFIG' }))
  })

  it('scales to the clip and never lengthens; what is not finite becomes nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (values, norm) => {
          const clipped = clipToNorm(Float64Array.from(values), norm)
          const length = Math.hypot(...clipped)
          expect(length).toBeLessThanOrEqual(norm * (1 + 1e-12))
          expect(length).toBeCloseTo(Math.min(norm, Math.hypot(...values)), 6)
        },
      ),
    )
    expect(clipToNorm(Float64Array.of(Number.NaN, 1), 1)).toEqual(Float64Array.of(0, 0))
  })
})

describe('the engine', () => {
  it('names itself', async () => {
    expect(await engineName()).toMatch(/^tfjs-(node|wasm) 4\./)
  })

  it('holds no tensor after 50 local trainings, nor after one that fails', async () => {
    const { tf } = await loadEngine()
    const layers = layersOf(4, '16')
    const rows = { x: new Float32Array(400).map((_, i) => Math.sin(i)), y: new Uint8Array(100).map((_, i) => i % 2) }
    const options = { optimiser: 'adam', learningRate: 0.01, weightDecay: 0.1, localPasses: 2, batchRows: 40, mostBatches: 100, positiveWeight: 2 } as const
    const weights = initialWeights(layers, new Uint8Array(32))
    expect(tf.memory().numTensors).toBe(0)
    for (let step = 0; step < 50; step++) await trainLocally(layers, weights, rows, options, createSeededRandom(`${step}`))
    expect(tf.memory().numTensors).toBe(0)
    expect(tf.memory().numDataBuffers).toBe(0)
    const broken = {
      ...createSeededRandom('x'),
      fill: () => {
        throw new Error('no randomness')
      },
    }
    await expect(trainLocally(layers, weights, rows, options, broken)).rejects.toThrow('no randomness')
    expect(tf.memory().numTensors).toBe(0)
  })

  it('computes the same logits as the plain forward pass that scores', async () => {
    const { tf } = await loadEngine()
    const layers = layersOf(6, '32-16')
    const weights = initialWeights(layers, new Uint8Array(32).fill(3))
    const x = Float32Array.from({ length: 60 }, (_, i) => Math.cos(i * 1.7))
    const expected = tf.tidy(() => {
      let z = tf.tensor2d(x, [10, 6])
      layers.forEach(({ inputs, outputs, kernelAt, biasAt }, i) => {
        z = tf
          .matMul(z, tf.tensor2d(Float32Array.from(weights.subarray(kernelAt, biasAt)), [inputs, outputs]))
          .add(tf.tensor1d(Float32Array.from(weights.subarray(biasAt, biasAt + outputs))))
        if (i < layers.length - 1) z = tf.relu(z)
      })
      return [...z.dataSync()]
    })
    const logits = forward(layers, weights, Float64Array.from(x), 10)
    expected.forEach((z, i) => expect(logits[i]).toBeCloseTo(z, 5))
  })

  it('follows the gradient: one SGD step on one batch is the derivative found by differences', async () => {
    const layers = layersOf(2, '16')
    const weights = initialWeights(layers, new Uint8Array(32).fill(5))
    const [x, y] = [Float64Array.of(0.5, -1, 1.5, 0.25, -0.75, 2), Uint8Array.of(1, 0, 1)]
    const loss = (w: Float64Array) =>
      forward(layers, w, x, 3).reduce((sum, z, i) => sum + ((y[i] ? 3 : 1) * (Math.log1p(Math.exp(z)) - (y[i] as number) * z)) / 3, 0)
    const options = { optimiser: 'sgd', learningRate: 0.125, weightDecay: 0, localPasses: 1, batchRows: 8, mostBatches: 100, positiveWeight: 3 } as const
    const trained = await trainLocally(layers, weights, { x: Float32Array.from(x), y }, options, createSeededRandom('g'))
    for (let i = 0; i < weights.length; i++) {
      const [up, down] = [weights.slice(), weights.slice()]
      up[i] = (up[i] as number) + 1e-5
      down[i] = (down[i] as number) - 1e-5
      const slope = (loss(up) - loss(down)) / 2e-5
      expect(((weights[i] as number) - (trained[i] as number)) / 0.125).toBeCloseTo(slope, 4)
    }
  })

  it('trains in a worker thread what it trains inline, bit for bit, and hands back integers of the plan', async () => {
    const federation = syntheticFederation({ sites: 1, rows: 60, features: 3, seed: 'thread' })
    const [data] = federation.sites as [Federation['sites'][number]]
    const task = taskByName('fedavg')
    const state = task.init(fedavgParams({ steps: 1 }), {
      featureSet: federation.featureSet,
      features: federation.features,
      upstream: await upstreamOf(federation),
      seed: new Uint8Array(32),
      rowCap: 120,
    })
    const layout = task.layout(state, 5)
    const input = { task: 'fedavg', state, local: null, data, rowCap: 120, layout, seed: 'same' }
    await using threads = createThreads({ threads: 1 })
    const [there, here] = [await threads.run(contributeJob, input), await (await import('../../models/jobs.ts')).contribute(input)]
    expect(there.vector).toEqual(here.vector)
    expect(there.vector.every((q) => Number.isInteger(q) && Math.abs(q) <= 2 ** (layout.valueBits - 1))).toBe(true)
    const { seed: _, ...rest } = input
    const unseeded = await threads.run(contributeJob, { ...rest, seed: null })
    expect(unseeded.vector).not.toEqual(there.vector)
    await expect(threads.run(contributeJob, { ...input, task: 'mystery' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
