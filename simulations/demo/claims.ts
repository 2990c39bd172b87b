// The claims of a demo: simulated on the spot, or the published CMS files. Either way one canonical CSV folder a hospital.
import { join } from 'node:path'
import { refuse } from '../../core/errors.ts'
import { cmsHospitals } from '../cms.ts'
import { type HospitalSummary, type RegionOptions, simulateRegion, summarise, writeHospitals } from '../region/index.ts'
import type { DataKind } from './plan.ts'

export interface DemoHospital {
  readonly id: string
  /** For people. */
  readonly name: string
  readonly folder: string
  /** What the launcher may tell about it beyond rows. */
  readonly about: readonly string[]
}
export interface DemoClaims {
  readonly kind: DataKind
  readonly hospitals: readonly DemoHospital[]
  /** One line for people. */
  readonly source: string
}
export interface ClaimsOptions {
  readonly data: DataKind
  readonly seed: string
  /** Folder of the CMS publication. */
  readonly path?: string
  readonly out: string
}

const HOSPITALS = 5
/** The rest as the region's defaults say: hospitals differ in size, prices, care and fraud; what one has seen is in part news to another. */
export const DEMO_REGION: RegionOptions = { claims: 16_000, hospitals: HOSPITALS }

/** @throws BAD_DATA | BAD_CONFIG. */
export async function makeClaims(options: ClaimsOptions): Promise<DemoClaims> {
  return options.data === 'cms' ? await cmsClaims(options) : await simulatedClaims(options)
}

async function simulatedClaims({ seed, out }: ClaimsOptions): Promise<DemoClaims> {
  const region = simulateRegion({ ...DEMO_REGION, seed })
  await writeHospitals(region, out)
  return {
    kind: 'simulated',
    hospitals: summarise(region).map((s) => ({ id: s.id, name: s.zh, folder: join(out, s.id), about: [s.en, ...scenariosOf(s)] })),
    source: `${region.config.claims} simulated claims, seed ${region.config.seed}, ${region.config.months} months from ${region.config.start}`,
  }
}

const scenariosOf = ({ scenarios }: HospitalSummary): readonly string[] =>
  Object.entries(scenarios)
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => `${name} ${n}`)

async function cmsClaims({ seed, out, path }: ClaimsOptions): Promise<DemoClaims> {
  if (path === undefined) throw refuse('BAD_CONFIG', '--data cms needs --path, the folder of the zipped CMS files')
  const hospitals = await cmsHospitals(path, { out, hospitals: HOSPITALS, seed })
  return {
    kind: 'cms',
    hospitals: hospitals.map((h) => ({
      id: h.hospital,
      name: `CMS ${h.hospital.slice(4)}`,
      folder: h.folder,
      about: [`${h.providers} providers, ${h.claims} inpatient claims of ${h.states.length} states`],
    })),
    source: `real CMS claims from ${path}: ${hospitals.reduce((n, h) => n + h.claims, 0)} inpatient claims of ${hospitals.reduce((n, h) => n + h.providers, 0)} providers, grouped by state`,
  }
}
