// What honest openings may reveal together: the rules that this site enforces on its own records (secure-sum.md, "Differencing"). Bound by the
// first plan that reads the records, from the journal, whatever later plans say: blocks, row filters, borders between rows, released queries.
import { hash, hashOf, struct, text, u8, u32 } from '../core/codec.ts'
import { defend } from '../core/defences.ts'
import { refuse } from '../core/errors.ts'
import { type Digest, type HospitalId, type OpeningKey, openingKeyText } from '../core/ids.ts'
import { laneCount } from '../core/lanes.ts'
import { members, type Plan, queryHash, type TaskInputs } from '../privacy/messages.ts'
import { opensWholeBlocks, readsRecords } from '../privacy/plan.ts'

interface Charge {
  readonly boundary: string
  readonly job: Digest
  /** Lanes that the step opens, or may have opened. */
  readonly values: number
}
export interface Reading {
  /** member -> hash of the one block that it stands in, for every boundary: extracts of two boundaries share records. */
  readonly blocks: ReadonlyMap<HospitalId, Digest>
  /** feature set -> hash of the one row filter. */
  readonly filters: ReadonlyMap<string, Digest>
  /** task -> hash of the one set of borders that it draws between rows. */
  readonly cuts: ReadonlyMap<string, Digest>
  /** Queries of statistics whose release this site has taken. */
  readonly released: ReadonlySet<Digest>
  /** openingKeyText -> what the step costs, from the plan on; given back only where g custodians retired the key. */
  readonly charges: ReadonlyMap<string, Charge>
  /** `task state` -> openingKeyText of the one update without noise that starts from it; free again where the key was retired. */
  readonly updates: ReadonlyMap<string, string>
}
export const nothingRead: Reading = { blocks: new Map(), filters: new Map(), cuts: new Map(), released: new Set(), charges: new Map(), updates: new Map() }

const blockHash = (block: readonly HospitalId[]): Digest => hashOf('consilium/block/1', members, block)
const filter = struct({ splitSeed: text(64), heldOutPercent: u8, rowCap: u32 })
const filterHash = (inputs: TaskInputs): Digest => hashOf('consilium/row-filter/1', filter, inputs)
const put = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> => (map.get(key) === value ? map : new Map(map).set(key, value))

/**
 * The reading after this plan was followed, with its charge. `cuts`: the borders that the stage's parameters draw between rows, canonical bytes.
 * Updates without noise read rows too, so the row filter binds them as well; blocks, borders and charges are the statistics'.
 * @throws DIFFERENCING.
 */
export function readUnder(reading: Reading, plan: Plan, cuts: Uint8Array): Reading {
  if (!readsRecords(plan)) return reading
  defend('public-boundary', () => checkBoundary(plan.inputs.boundary))
  const filters = bindFilter(reading, plan)
  if (plan.privacy === 'dp') return { ...reading, filters }
  if (!opensWholeBlocks(plan)) return { ...reading, filters, updates: bindUpdate(reading, plan) }
  defend('one-opening-a-query', () => checkQuery(reading, plan))
  const charge: Charge = { boundary: plan.inputs.boundary, job: plan.key.job, values: laneCount(plan.layout) }
  return {
    ...reading,
    filters,
    blocks: bindBlocks(reading, plan),
    cuts: bindCuts(reading, plan, cuts),
    charges: put(reading.charges, openingKeyText(plan.key), charge),
  }
}

/** Extracts end with a month, the same month for everybody: a day of the coordinator's choice would cut out single days. */
export function checkBoundary(boundary: string): void {
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(boundary)) throw refuse('DIFFERENCING', `boundary ${boundary}: extracts end with a calendar month, YYYY-MM`)
}

function checkQuery(reading: Reading, plan: Plan): void {
  if (reading.released.has(queryHash(plan))) throw refuse('DIFFERENCING', `step ${plan.key.step} asks what was released before: that release serves again`)
}

/**
 * A block that names a member of an earlier one must be that block, whole and unchanged; the others hold newcomers only. Whole blocks may be left
 * out. Else two openings over the same records differ by single members.
 */
function bindBlocks(reading: Reading, plan: Plan): Reading['blocks'] {
  const hashes = plan.blocks.map(blockHash)
  defend('one-block-list', () => {
    plan.blocks.forEach((block, i) => {
      const earlier = new Set(block.map((id) => reading.blocks.get(id)))
      if (earlier.size !== 1 || ![undefined, hashes[i]].includes([...earlier][0]))
        throw refuse('DIFFERENCING', `the block of ${block[0]} is not the one of earlier sums over the same records`)
    })
  })
  const blocks = new Map(reading.blocks)
  plan.blocks.forEach((block, i) => {
    for (const id of block) blocks.set(id, hashes[i] as Digest)
  })
  return blocks
}

/** Without noise, two sums of updates from one state over two rolls reveal their difference: a site serves one step for each (task, state). */
function bindUpdate({ updates }: Reading, plan: Plan): Reading['updates'] {
  const start = `${plan.task} ${plan.state}`
  const [before, own] = [updates.get(start), openingKeyText(plan.key)]
  if (before !== undefined && before !== own) throw refuse('DIFFERENCING', `${before} started from the same state with the same task`)
  return put(updates, start, own)
}

function bindFilter(reading: Reading, plan: Plan): Reading['filters'] {
  const own = filterHash(plan.inputs)
  const before = reading.filters.get(plan.inputs.featureSet)
  defend('one-row-filter', () => {
    if (before !== undefined && before !== own)
      throw refuse('DIFFERENCING', `another choice of rows of ${plan.inputs.featureSet} than earlier sums read: their difference would show the rows between`)
  })
  return put(reading.filters, plan.inputs.featureSet, own)
}

function bindCuts(reading: Reading, plan: Plan, cuts: Uint8Array): Reading['cuts'] {
  if (cuts.length === 0) return reading.cuts
  const own = hash('consilium/cuts/1', cuts)
  const before = reading.cuts.get(plan.task)
  defend('one-set-of-borders', () => {
    if (before !== undefined && before !== own)
      throw refuse('DIFFERENCING', `${plan.task} draws other borders between rows than before: the rows between two borders would show`)
  })
  return put(reading.cuts, plan.task, own)
}

/** After its release was taken: the same query is not contributed to again. */
export function releasedUnder(reading: Reading, plan: Plan): Reading {
  return opensWholeBlocks(plan) && readsRecords(plan) ? { ...reading, released: new Set(reading.released).add(queryHash(plan)) } : reading
}

/** g custodians signed the empty roll: the key never opens. */
export function refundOf(reading: Reading, key: OpeningKey): Reading {
  const text = openingKeyText(key)
  const charges = new Map([...reading.charges].filter(([of]) => of !== text))
  const updates = new Map([...reading.updates].filter(([, of]) => of !== text))
  const isSame = charges.size === reading.charges.size && updates.size === reading.updates.size
  return isSame ? reading : { ...reading, charges, updates }
}

/** What exact statistics cost a snapshot so far. */
export function spentOn(reading: Reading, boundary: string): { readonly jobs: ReadonlySet<Digest>; readonly values: number } {
  const charges = [...reading.charges.values()].filter((charge) => charge.boundary === boundary)
  return { jobs: new Set(charges.map((charge) => charge.job)), values: charges.reduce((sum, charge) => sum + charge.values, 0) }
}
