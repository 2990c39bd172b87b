// The forms that a feature takes. Ranges are public and in the unit that models see.
import type { Feature } from './feature.ts'

type Meaning = readonly [en: string, zh: string]

const feature = (name: string, unit: string, range: readonly [number, number], transform: Feature['transform'], sql: string, [en, zh]: Meaning): Feature => ({
  name,
  unit,
  range,
  transform,
  sql,
  en,
  zh,
})

/** log(1 + yuan), up to about 10 million yuan. `sql` is in fen. */
export const logYuan = (name: string, sql: string, ...meaning: Meaning): Feature =>
  feature(name, 'ln(1+yuan)', [0, 16], 'log1p', `(${sql}) / 100.0::DOUBLE`, meaning)
/** log(1 + count), up to `most`. */
export const logCount = (name: string, most: number, sql: string, ...meaning: Meaning): Feature =>
  feature(name, 'ln(1+count)', [0, roundUp(Math.log1p(most))], 'log1p', sql, meaning)
/** log(1 + days), up to `most`. */
export const logDays = (name: string, most: number, sql: string, ...meaning: Meaning): Feature =>
  feature(name, 'ln(1+days)', [0, roundUp(Math.log1p(most))], 'log1p', sql, meaning)
export const share = (name: string, sql: string, ...meaning: Meaning): Feature => feature(name, 'share', [0, 1], 'none', sql, meaning)
/** 1 where the condition holds, 0 where not, missing where it is NULL. */
export const flag = (name: string, condition: string, ...meaning: Meaning): Feature => feature(name, '0/1', [0, 1], 'none', `(${condition})::INTEGER`, meaning)
export const plain = (name: string, unit: string, range: readonly [number, number], sql: string, ...meaning: Meaning): Feature =>
  feature(name, unit, range, 'none', sql, meaning)
/** log(1 + a / b): ln 2 where they are equal. */
export const logRatio = (name: string, most: number, sql: string, ...meaning: Meaning): Feature =>
  feature(name, 'ln(1+ratio)', [0, roundUp(Math.log1p(most))], 'log1p', sql, meaning)

/** a / b of two exact integers, `otherwise` where b is not positive. */
export const ratio = (a: string, b: string, otherwise = '0'): string => `CASE WHEN (${b}) > 0 THEN (${a})::DOUBLE / (${b})::DOUBLE ELSE ${otherwise} END`

const roundUp = (x: number): number => Math.ceil(x * 100) / 100
