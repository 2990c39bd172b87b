// Tables for tests of learning: small synthetic federations with known structure, and the four real heart-disease hospitals.
import { existsSync, readFileSync } from 'node:fs'
import { createSeededRandom } from '../../core/random.ts'
import type { FeatureColumn, SplitTable, Table } from '../../core/table.ts'

export interface Federation {
  readonly featureSet: string
  readonly features: readonly FeatureColumn[]
  readonly rowCap: number
  readonly sites: readonly SplitTable[]
}

export const feature = (name: string, low: number, high: number): FeatureColumn => ({ name, unit: '1', range: [low, high], en: name, zh: name })

export function tableOf(
  featureSet: string,
  features: readonly FeatureColumn[],
  rows: readonly (readonly number[])[],
  y: readonly number[],
  amountFen: readonly number[] = y.map(() => 10_000),
  /** Each row is somebody else's unless said otherwise. */
  persons: readonly number[] = y.map((_, i) => i),
): Table {
  return {
    featureSet,
    features,
    rows: rows.length,
    x: Float64Array.from(rows.flat()),
    y: Uint8Array.from(y),
    amountFen: Float64Array.from(amountFen),
    persons: Int32Array.from(persons),
    ids: y.map((_, i) => `row-${i}`),
  }
}

/** 32-bit uniforms in [0, 1), drawn from the cipher in large pieces. */
function quickUniform(seed: string): () => number {
  const random = createSeededRandom(seed)
  const words = new Uint32Array(65_536)
  let at = words.length
  return () => {
    if (at === words.length) {
      random.fill(words)
      at = 0
    }
    return (words[at++] as number) / 2 ** 32
  }
}

/** Sum of 12 uniforms less 6: mean 0, variance 1. */
function nearlyNormal(draw: () => number): number {
  let sum = -6
  for (let i = 0; i < 12; i++) sum += draw()
  return sum
}

export interface SyntheticOptions {
  readonly sites: number
  readonly rows: number
  readonly features: number
  readonly seed: string
  /** Share of values that are missing. */
  readonly missing?: number
  /** `product`: the label turns on x0 x1 and x2 > 1, which no linear model sees. */
  readonly truth?: 'linear' | 'product'
}

/** Hospitals that differ in size (1x to 2x) and in the mean of every feature; three rows of four train. */
export function syntheticFederation({ sites, rows, features: width, seed, missing = 0, truth = 'linear' }: SyntheticOptions): Federation {
  const features = Array.from({ length: width }, (_, j) => feature(`f${j}`, -6, 6))
  const draw = quickUniform(`synthetic|${seed}`)
  const makeTable = (n: number, shift: readonly number[]): Table => {
    const x: number[][] = []
    const y: number[] = []
    const amounts: number[] = []
    for (let i = 0; i < n; i++) {
      const row = shift.map((s) => nearlyNormal(draw) + s)
      const [a, b, c] = [row[0] ?? 0, row[1] ?? 0, row[2] ?? 0]
      const z = truth === 'linear' ? 1.2 * a - 0.8 * b + 0.5 * c - 2 : 2.5 * a * b + (c > 1 ? 2 : 0) - 3
      const label = draw() < 1 / (1 + Math.exp(-z)) ? 1 : 0
      x.push(row.map((v) => (draw() < missing ? Number.NaN : v)))
      y.push(label)
      amounts.push(Math.round(10_000 * Math.exp(nearlyNormal(draw) + label)))
    }
    return tableOf('synthetic/1', features, x, y, amounts)
  }
  const made = Array.from({ length: sites }, (_, s) => {
    const shift = features.map(() => 0.6 * (draw() - 0.5))
    const size = Math.round(rows * (1 + s / Math.max(1, sites - 1)))
    return { train: makeTable(Math.round(size * 0.75), shift), heldOut: makeTable(Math.round(size * 0.25), shift) }
  })
  return { featureSet: 'synthetic/1', features, rowCap: rows * 2, sites: made }
}

const HEART = new URL('../../../shared/data/fed-heart-disease/', import.meta.url)
export const heartIsHere = existsSync(HEART)
export const HEART_ABSENT = 'skipped: ../shared/data/fed-heart-disease is not on this machine'
/** Ranges of the UCI code book, not of the data. */
const HEART_FEATURES = [
  feature('age', 0, 120),
  feature('sex', 0, 1),
  feature('chest-pain', 1, 4),
  feature('resting-pressure', 0, 250),
  feature('cholesterol', 0, 700),
  feature('fasting-sugar', 0, 1),
  feature('resting-ecg', 0, 2),
  feature('highest-rate', 40, 250),
  feature('exercise-angina', 0, 1),
  feature('st-depression', -5, 10),
  feature('st-slope', 1, 3),
  feature('vessels', 0, 3),
  feature('thal', 3, 7),
]

/** The four hospitals of Fed-Heart-Disease as they are, missing values included; every fourth row is held out. */
export function heartFederation(): Federation {
  const sites = ['cleveland', 'hungarian', 'switzerland', 'va'].map((name) => {
    const lines = readFileSync(new URL(`${name}.csv`, HEART), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1)
    const rows = lines.map((line) => line.split(',').map((cell) => (cell === '?' || Number(cell) === -9 ? Number.NaN : Number(cell))))
    const part = (keep: (i: number) => boolean): Table => {
      const kept = rows.filter((_, i) => keep(i))
      return tableOf(
        'heart/1',
        HEART_FEATURES,
        kept.map((r) => r.slice(0, 13)),
        kept.map((r) => ((r[13] as number) > 0 ? 1 : 0)),
      )
    }
    return { train: part((i) => i % 4 !== 0), heldOut: part((i) => i % 4 === 0) }
  })
  return { featureSet: 'heart/1', features: HEART_FEATURES, rowCap: 400, sites }
}
