// K-person cells: what an exact statistic opens stands on at least K persons, of at least k hospitals. Before the cells of a task open,
// a count step opens two small integers for each candidate: how many parts of K persons hospitals have in it, and how many hospitals have one.
import { u32 } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import type { LaneLayout } from '../core/lanes.ts'
import { fitIntegers } from './fit-lanes.ts'
import type { CellRule } from './task.ts'

/** Parameters of every task that opens cells of records. Public, and held by each hospital against its own policy. */
export const CELL_FIELDS = { /** K */ cellPersons: u32, /** k */ cellHospitals: u32 }
export interface CellParams {
  readonly cellPersons: number
  readonly cellHospitals: number
}
export const CELL_DEFAULTS: CellParams = { cellPersons: 20, cellHospitals: 2 }
/** A federation of one, in the clear, by whoever holds all rows. */
export const CELLS_OF_ONE: CellParams = { cellPersons: 1, cellHospitals: 1 }

export const cellRule = ({ cellPersons, cellHospitals }: CellParams): CellRule => ({ persons: cellPersons, hospitals: cellHospitals })
export const cellFaults = ({ cellPersons, cellHospitals }: CellParams): readonly (readonly [boolean, string])[] => [
  [cellPersons >= 1, 'cellPersons: at least 1'],
  [cellHospitals >= 1, 'cellHospitals: at least 1'],
]
/** For tasks whose parameters draw no borders between rows. */
export const noCuts = (): Uint8Array => new Uint8Array()

/** One person of one hospital may open: nothing is held back, so nothing is counted first. No hospital's policy says so by default. */
export const opensAll = ({ cellPersons, cellHospitals }: CellParams): boolean => cellPersons === 1 && cellHospitals === 1

/** Most parts that K persons are counted in. */
const PARTS = 4
/**
 * Persons in a part: ceil(K / 4), or ceil(K / k) where that is less, so that k hospitals with a part each need no more than K persons.
 * The smaller it is, the fewer cells of K persons are missed because hospitals' rests are not counted; the larger, the less a count shows.
 */
export const personsInPart = ({ cellPersons, cellHospitals }: CellParams): number => Math.ceil(cellPersons / Math.max(PARTS, cellHospitals))
/** Parts that make K persons. */
const partsOfCell = (params: CellParams): number => Math.ceil(params.cellPersons / personsInPart(params))

/** Lanes of a count step over `cells` candidates. @throws BAD_LAYOUT. */
export const countLayout = (contributors: number, cells: number, params: CellParams): LaneLayout =>
  fitIntegers(contributors, [
    { name: 'parts', length: cells, clip: partsOfCell(params), rounding: 'integer' },
    { name: 'hospitals', length: cells, clip: 1, rounding: 'integer' },
  ])

/**
 * What a hospital with these numbers of own persons in the candidate cells adds: for each, its whole parts of K, no more than make K; then for each 1
 * where it has a part. Fewer persons than a part move no lane at all, and nobody's label, amount or value is in any. Persons are counted once a
 * hospital, however many rows they have, and once at each hospital that knows them: nobody links them.
 */
export function countVector(own: ArrayLike<number>, params: CellParams): Float64Array {
  const [part, most, cells] = [personsInPart(params), partsOfCell(params), own.length]
  return Float64Array.from({ length: 2 * cells }, (_, i) => {
    const parts = Math.floor((own[i % cells] as number) / part)
    return i < cells ? Math.min(parts, most) : Math.min(parts, 1)
  })
}

/** Which candidates may open, from the opened counts: the parts make K persons, of k hospitals with a part each. Sufficient, never more. */
export function openableCells(sums: Float64Array, params: CellParams): readonly boolean[] {
  const [most, cells] = [partsOfCell(params), sums.length / 2]
  return Array.from({ length: cells }, (_, i) => (sums[i] as number) >= most && (sums[cells + i] as number) >= params.cellHospitals)
}

/** Distinct persons of a table, or of those rows of it that `has` names. */
export function personsIn(persons: Int32Array, has: (row: number) => boolean = () => true): number {
  const seen = new Set<number>()
  for (let row = 0; row < persons.length; row++) if (has(row)) seen.add(persons[row] as number)
  return seen.size
}

/** @throws CELL_SMALL where all rows together stand on too few persons or hospitals: nothing of them may open. */
export function requireUnion(mayOpen: boolean | undefined, { cellPersons, cellHospitals }: CellParams): void {
  if (!mayOpen)
    throw refuse('CELL_SMALL', `all rows together stand on fewer than ${cellPersons} persons or ${cellHospitals} hospitals, as far as the count tells`)
}
