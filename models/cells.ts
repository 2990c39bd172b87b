// K-person cells: what an exact statistic opens stands on at least K persons of at least k hospitals.
import { u32 } from '../core/codec.ts'
import type { CellRule } from './task.ts'

/** Parameters of every task that opens cells of records. Public, and held by each hospital against its own policy. */
export const CELL_FIELDS = { /** K */ cellPersons: u32, /** k */ cellHospitals: u32 }
export interface CellParams {
  readonly cellPersons: number
  readonly cellHospitals: number
}
export const CELL_DEFAULTS: CellParams = { cellPersons: 20, cellHospitals: 2 }

export const cellRule = ({ cellPersons, cellHospitals }: CellParams): CellRule => ({ persons: cellPersons, hospitals: cellHospitals })
export const cellFaults = ({ cellPersons, cellHospitals }: CellParams): readonly (readonly [boolean, string])[] => [
  [cellPersons >= 1, 'cellPersons: at least 1'],
  [cellHospitals >= 1, 'cellHospitals: at least 1'],
]
/** For tasks whose parameters draw no borders between rows. */
export const noCuts = (): Uint8Array => new Uint8Array()
