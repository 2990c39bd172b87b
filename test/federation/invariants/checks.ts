// What must hold after every run, whatever was done to it: read from the journals on the disks and from what an observer saw.
import { expect } from 'vitest'
import { spentOn } from '../../../client/differencing.ts'
import { type ClientEvent, clientEvent } from '../../../client/events.ts'
import { coordinatorEvent } from '../../../coordinator/events.ts'
import { decode } from '../../../core/codec.ts'
import { type HospitalId, openingKeyText } from '../../../core/ids.ts'
import { laneCount } from '../../../core/lanes.ts'
import { createCipher } from '../../../privacy/cipher.ts'
import { ciphertextCount, unpack } from '../../../privacy/lanes.ts'
import { type Plan, planHash, type ReleaseBundle, receiptHash, releaseBundle, statementHash } from '../../../privacy/messages.ts'
import { PARAMETERS, thresholds } from '../../../privacy/parameters.ts'
import { opensWholeBlocks, readsRecords } from '../../../privacy/plan.ts'
import { checkBundle } from '../../../privacy/release.ts'
import { BOUNDARY } from '../../support/hospitals.ts'
import { entriesOnce } from '../run.ts'
import { FOUNDING, IDS, MIN_COHORT, type World } from './world.ts'

const { g } = thresholds(FOUNDING.custodians.length, FOUNDING.corrupt)
/** Two honest members remain beside the corrupt one. */
const LEAST = Math.max(MIN_COHORT, FOUNDING.corrupt + 2)

export async function checkInvariants(world: World): Promise<{ readonly steps: number }> {
  const seen = read(world)
  for (const bundle of seen.bundles) await checkOpened(bundle, world)
  checkBlocks(seen.bundles)
  checkStatements(world, seen)
  checkAnswers(world, seen)
  checkNothingLost(world, seen)
  checkOnce(world, seen)
  for (const id of IDS) checkCharges(world, id, seen)
  for (const job of world.federation.coordinator.state.jobs.values()) {
    const { outcome } = job
    if (!world.isEquivocated)
      expect(outcome === 'finished' || (typeof outcome === 'object' && outcome.failed.length > 0), 'a job ends, or says why not').toBe(true)
  }
  expect(world.faults).toEqual([])
  return { steps: seen.centre.filter((e) => e.kind === 'planned' || e.kind === 'reused').length }
}

interface Seen {
  readonly centre: readonly ReturnType<typeof decodeCentre>[]
  readonly members: ReadonlyMap<HospitalId, readonly ClientEvent[]>
  readonly bundles: readonly ReleaseBundle[]
  readonly isHonest: (id: HospitalId) => boolean
}
const decodeCentre = (body: Uint8Array) => decode(coordinatorEvent, body)
function read({ federation, corrupt, wasCorrupt }: World): Seen {
  const { journal, blobs } = federation.disk('coordinator')
  return {
    centre: journal.map(({ body }) => decodeCentre(body)),
    members: new Map(IDS.map((id) => [id, federation.disk(id).journal.map(({ body }) => decode(clientEvent, body))])),
    bundles: [...blobs].flatMap(([name, bytes]) => (name.startsWith('bundle.') ? [decode(releaseBundle, bytes)] : [])),
    isHonest: (id) => !wasCorrupt || id !== corrupt,
  }
}

/** Certified by g over distinct members, enough of them, and the exact sum of what they contributed. */
async function checkOpened(bundle: ReleaseBundle, { federation, record }: World): Promise<void> {
  const { plan } = bundle.plan
  const { roster, epoch } = federation.coordinator.state
  if (roster.kind !== 'agreed' || epoch.kind !== 'agreed') throw new Error('no roster')
  checkBundle(bundle, { roster: roster.roster, keyEpoch: epoch.set })
  const { certificate, release } = bundle
  const members = certificate.roll.map((entry) => entry.member)
  expect(new Set(members).size).toBe(members.length)
  expect(members.length).toBeGreaterThanOrEqual(LEAST)
  expect(new Set(certificate.signatures.map((s) => s.signer)).size).toBeGreaterThanOrEqual(g)
  const expected = new BigInt64Array(laneCount(plan.layout))
  for (const entry of certificate.roll) {
    const vector = await clearVector(plan, record.arrived.get(entry.receipt) as Uint8Array)
    vector.forEach((v, i) => {
      expected[i] = (expected[i] as bigint) + v
    })
  }
  expect(release.sums).toEqual(expected)
}
const clear = createCipher('clear')
async function clearVector(plan: Plan, bytes: Uint8Array): Promise<BigInt64Array> {
  const size = PARAMETERS.ciphertextBytes
  const ciphertexts = Array.from({ length: ciphertextCount(plan.layout) }, (_, j) => bytes.slice(j * size, (j + 1) * size))
  const coefficients = await clear.open(planHash(plan), ciphertexts, new Int32Array(PARAMETERS.ringDegree))
  return unpack(plan.layout, coefficients, 1).sums
}

/** Two sums of exact statistics over one boundary are over the same members, or differ by whole blocks. */
function checkBlocks(bundles: readonly ReleaseBundle[]): void {
  const exact = bundles.filter(({ plan: { plan } }) => opensWholeBlocks(plan) && readsRecords(plan))
  for (const { plan, certificate } of exact) {
    const named = new Set(certificate.roll.map((entry) => entry.member))
    expect(plan.plan.blocks).toEqual(exact[0]?.plan.plan.blocks)
    for (const block of plan.plan.blocks) expect([0, block.length]).toContain(block.filter((id) => named.has(id)).length)
  }
  const queries = exact.map(({ plan: { plan } }) => `${plan.task} ${plan.state} ${JSON.stringify(plan.inputs)}`)
  expect(new Set(queries).size, 'no query opens twice').toBe(queries.length)
}

/** Every honest custodian signs at most one statement an opening key, and over all of them at most one can be certified. */
function checkStatements(world: World, { members, isHonest }: Seen): void {
  const signers = new Map<string, Map<string, number>>()
  for (const id of FOUNDING.custodians) {
    if (!isHonest(id)) continue
    const signed = (members.get(id) ?? []).flatMap((e) => (e.kind === 'custody' && e.event.kind === 'statementSigned' ? [e.event] : []))
    expect(new Set(signed.map((e) => openingKeyText(e.key))).size, `${id} signs one statement an opening key`).toBe(signed.length)
    for (const { key, statement } of signed) {
      const of = signers.get(openingKeyText(key)) ?? new Map<string, number>()
      signers.set(openingKeyText(key), of.set(statement, (of.get(statement) ?? 0) + 1))
    }
  }
  const bought = world.wasCorrupt && FOUNDING.custodians.includes(world.corrupt) ? 1 : 0
  for (const [key, of] of signers) expect([...of.values()].filter((n) => n + bought >= g).length, `statements under ${key}`).toBeLessThanOrEqual(1)
}

/** No share of a single member, ever: an answer is about a roll of enough distinct members; one statement an opening key is answered. */
function checkAnswers({ record }: World, { centre, members, isHonest }: Seen): void {
  const answered = new Map<string, Set<string>>()
  for (const { member, key, statement } of record.answers) {
    if (!isHonest(member)) continue
    const roll = record.rolls.get(statement)
    expect(new Set(roll?.map((entry) => entry.member)).size, `the roll that ${member} answered`).toBeGreaterThanOrEqual(LEAST)
    answered.set(key, (answered.get(key) ?? new Set()).add(statement))
  }
  for (const [key, statements] of answered) expect(statements.size, `statements answered under ${key}`).toBe(1)
  const retired = new Set(centre.flatMap((e) => (e.kind === 'retired' ? [openingKeyText(e.key)] : [])))
  for (const e of centre) if (e.kind === 'opened' || e.kind === 'answered') expect(retired.has(openingKeyText(e.key)), 'a retired key never opens').toBe(false)
  for (const [id, events] of members)
    for (const e of events)
      if (isHonest(id) && e.kind === 'custody' && e.event.kind === 'answered')
        expect(retired.has(openingKeyText(e.event.key)), `${id} answered a retired key`).toBe(false)
}

/** What was acknowledged is journalled; everybody takes every end of a step in its order; the same states everywhere. */
function checkNothingLost({ federation, record, isEquivocated }: World, { centre, members, isHonest }: Seen): void {
  const contributed = new Set(centre.flatMap((e) => (e.kind === 'contributed' ? [receiptHash(e.receipt.body)] : [])))
  for (const { receipt } of record.acknowledged)
    if (isHonest(receipt.body.member)) expect(contributed.has(receiptHash(receipt.body)), `the contribution of ${receipt.body.member}`).toBe(true)
  for (const job of federation.coordinator.state.jobs.values()) {
    for (const id of IDS) {
      const taken = (members.get(id) ?? []).flatMap((e) => ((e.kind === 'adopted' || e.kind === 'ended') && e.key.job === job.hash ? [e.key.step] : []))
      expect(taken, `the ends that ${id} took`).toEqual(job.releases.map((key) => key.step))
      expect(taken).toEqual(taken.map((_, i) => i))
      if (taken.length > 0) expect(federation.client(id)?.state.jobs.get(job.hash)?.finals, id).toEqual(job.finals)
    }
  }
  // The paused step still holds what it was given.
  if (isEquivocated) return
  for (const id of IDS) {
    for (const [key, held] of federation.client(id)?.state.custody.keys ?? []) expect(held.wiped, `${id} wiped its shares of ${key}`).toBe(true)
    expect([...federation.disk(id).blobs.keys()].filter((name) => /^(contribution|candidates|fingerprints)\./.test(name))).toEqual([])
  }
  expect([...federation.disk('coordinator').blobs.keys()].filter((name) => /^(spool|aggregate|fingerprint)/.test(name))).toEqual([])
}

/** Nobody counts twice, and no honest party says a second thing. */
function checkOnce({ watcher }: World, { centre, members, isHonest }: Seen): void {
  const speaks = (place: string): boolean => IDS.some((id) => isHonest(id) && place.split(' ').includes(id))
  for (const [place, hashes] of watcher.receipts) if (speaks(place)) expect(hashes.size, `receipts of ${place}`).toBe(1)
  for (const [place, bodies] of watcher.said) if (speaks(place)) expect(bodies.size, `bodies of ${place}`).toBe(1)
  expect(watcher.differences.filter(speaks)).toEqual([])
  const once = entriesOnce(centre)
  expect(once.filter((what, i) => once.indexOf(what) !== i)).toEqual([])
  for (const e of centre) if (e.kind === 'stated') expect(statementHash(e.statement).length).toBe(64)
  for (const [id, events] of members) {
    const left = events.flatMap((e) => (e.kind === 'left' ? [e.id] : []))
    expect(new Set(left).size, `${id} logs each message that left once`).toBe(left.length)
    const made = events.flatMap((e) => (e.kind === 'contributed' ? [openingKeyText(e.key)] : []))
    expect(new Set(made).size, `${id} contributes once an opening key`).toBe(made.length)
  }
}

/** A site is charged for every exact plan that it bound, except those that were retired. */
function checkCharges({ federation }: World, id: HospitalId, { members }: Seen): void {
  const events = members.get(id) ?? []
  const retired = new Set(events.flatMap((e) => (e.kind === 'ended' && e.how === 'retired' ? [openingKeyText(e.key)] : [])))
  const bound = events.flatMap((e) => (e.kind === 'planBound' && opensWholeBlocks(e.plan.plan) && readsRecords(e.plan.plan) ? [e.plan.plan] : []))
  const values = bound.filter((plan) => !retired.has(openingKeyText(plan.key))).reduce((sum, plan) => sum + laneCount(plan.layout), 0)
  const reading = federation.client(id)?.state.reading
  expect(reading && spentOn(reading, BOUNDARY).values, `what ${id} was charged`).toBe(values)
}
