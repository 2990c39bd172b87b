// The CMS data as a federation: providers grouped by the state of their patients become hospitals of uneven size, each with its
// own canonical CSV folder, which a client daemon imports as it would import any other.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { exportCsv, importCms, openDatabase } from '../claims/index.ts'
import { refuse } from '../core/errors.ts'
import { type HospitalId, parseHospitalId } from '../core/ids.ts'
import { createSeededRandom, uniform } from '../core/random.ts'
import { SecretBytes } from '../core/secret.ts'

/** All claims of the publication end before this boundary's end. */
export const CMS_BOUNDARY = '2009-12'
export const CMS_FEATURE_SET = 'provider/1'

export interface CmsHospital {
  readonly hospital: HospitalId
  /** Its canonical CSV folder. */
  readonly folder: string
  /** Codes of the states whose providers it has. */
  readonly states: readonly string[]
  readonly providers: number
  readonly claims: number
}
export interface CmsHospitalsOptions {
  /** Where the folders are written, one a hospital: <out>/cms-1 ... */
  readonly out: string
  readonly hospitals: number
  /** Draws the sizes of the groups, and the key of the persons' pseudonyms. */
  readonly seed: string
}

/**
 * Reads the publication at `path` and writes one folder a hospital. A provider belongs to the most frequent state of its inpatient claims (the lower
 * code where two are as frequent); states stay whole and in the order of their codes; providers without inpatient claims are left
 * out (2,092 remain). @throws BAD_DATA where the publication is not there; BAD_CONFIG for fewer than 1 or more hospitals than states.
 */
export async function cmsHospitals(path: string, options: CmsHospitalsOptions): Promise<readonly CmsHospital[]> {
  await using db = await openDatabase({ path: ':memory:', mayWriteFiles: true })
  using personKey = new SecretBytes(createHash('sha256').update(`consilium/cms-persons/1|${options.seed}`).digest())
  await importCms(db, path, { personKey })
  const providers = await db.rows(`
    SELECT hospital_id, arg_max(insu_region, (n, -TRY_CAST(insu_region AS INTEGER))) AS state, sum(n)::INTEGER AS claims
    FROM (SELECT hospital_id, insu_region, count(*) AS n FROM claim WHERE insu_region IS NOT NULL GROUP BY ALL) GROUP BY hospital_id ORDER BY state, hospital_id`)
  const states = groupBy(providers, (row) => String(row['state']))
  const groups = groupStates(
    [...states].map(([state, rows]) => ({ state, providers: rows.length })),
    options,
  )
  const hospitals: CmsHospital[] = []
  for (const [i, group] of groups.entries()) {
    const hospital = parseHospitalId(`cms-${i + 1}`)
    const rows = group.flatMap((state) => states.get(state) ?? [])
    const folder = join(options.out, hospital)
    await exportCsv(
      db,
      rows.map((row) => String(row['hospital_id'])),
      folder,
    )
    hospitals.push({ hospital, folder, states: group, providers: rows.length, claims: rows.reduce((n, row) => n + Number(row['claims']), 0) })
  }
  return hospitals
}

function groupBy<T>(rows: readonly T[], key: (row: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const row of rows) {
    const group = groups.get(key(row))
    if (group) group.push(row)
    else groups.set(key(row), [row])
  }
  return groups
}

interface State {
  readonly state: string
  readonly providers: number
}

/**
 * Cuts the states, in order, into contiguous groups whose shares of the providers follow seeded weights from 1 to 3 (so the largest hospital is
 * up to three times the smallest, as far as whole states allow). Every group has a state.
 */
export function groupStates(states: readonly State[], options: { readonly hospitals: number; readonly seed: string }): readonly (readonly string[])[] {
  const n = options.hospitals
  if (!Number.isInteger(n) || n < 1 || n > states.length) throw refuse('BAD_CONFIG', `${n} hospitals: expected 1 to ${states.length}, the number of states`)
  const weights = shuffledWeights(n, options.seed)
  const all = states.reduce((sum, s) => sum + s.providers, 0)
  const wanted = weights.reduce((sum, w) => sum + w, 0)
  const groups: string[][] = [[]]
  let taken = 0
  let edge = ((weights[0] as number) / wanted) * all
  for (const [i, { state, providers }] of states.entries()) {
    const group = groups.at(-1) as string[]
    const left = states.length - i
    const full = group.length > 0 && (taken + providers / 2 > edge || left === n - groups.length)
    if (full && groups.length < n) {
      edge += ((weights[groups.length] as number) / wanted) * all
      groups.push([state])
    } else group.push(state)
    taken += providers
  }
  return groups
}

/** 1 to 3 in equal steps, in a seeded order (Fisher-Yates). */
function shuffledWeights(n: number, seed: string): readonly number[] {
  const random = createSeededRandom(`cms-groups|${seed}`)
  const weights = Array.from({ length: n }, (_, i) => (n === 1 ? 1 : 1 + (2 * i) / (n - 1)))
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(uniform(random) * (i + 1))
    ;[weights[i], weights[j]] = [weights[j] as number, weights[i] as number]
  }
  return weights
}
