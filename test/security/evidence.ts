// Holding what an attacker claims against what is true.
import assert from 'node:assert/strict'
import type { CoordinatorEvent } from '../../coordinator/events.ts'
import { type HospitalId, openingKeyText } from '../../core/ids.ts'
import type { AttackRun } from './launcher.ts'

/** The clear integers that a hospital contributed in a task: only the test is shown them. The first time, unless said otherwise. */
export function vectorOf(run: AttackRun, id: HospitalId, task: string, nth = 0): readonly number[] {
  const all = run.evidence.filter((e) => e.from === id && e.name === 'vector').map((e) => e.body as { task: string; values: number[] })
  const found = all.filter((v) => v.task === task)[nth]
  assert(found, `${id} contributed no vector of ${task}`)
  return found.values
}

export function expectSame(claimed: readonly number[], truth: readonly number[]): void {
  assert(
    truth.some((v) => v !== 0),
    'a vector of zeros proves nothing',
  )
  assert.deepEqual([...claimed], [...truth])
}

/** The sum of what these hospitals contributed. */
export function sumOf(run: AttackRun, ids: readonly HospitalId[], task: string, nth = 0): readonly number[] {
  const vectors = ids.map((id) => vectorOf(run, id, task, nth))
  return (vectors[0] as readonly number[]).map((_, i) => vectors.reduce((sum, v) => sum + (v[i] as number), 0))
}

/** Hashes of the states that a hospital has taken, in order. */
export const adoptedStates = (run: AttackRun, id: HospitalId): readonly string[] =>
  run.journal(id).flatMap((event) => (event.kind === 'adopted' && event.nextState !== null ? [event.nextState] : []))

export const difference = (a: readonly number[], b: readonly number[]): readonly number[] => a.map((v, i) => v - (b[i] as number))

/** Waits until so many steps of a task (or stage) are released and every member has taken as many. */
export async function expectReleased(run: AttackRun, name: string, count: number): Promise<void> {
  const named = (e: CoordinatorEvent): string[] => {
    if (e.kind !== 'planned') return []
    const { task, stage, key } = e.plan.plan
    return task === name || stage === name ? [openingKeyText(key)] : []
  }
  const keys = (): ReadonlySet<string> => new Set(run.centre().flatMap(named))
  const taken = (id: HospitalId): number => run.journal(id).filter((e) => e.kind === 'adopted' && keys().has(openingKeyText(e.key))).length
  await run.until(() => run.members.every((id) => taken(id) >= count), `everyone has taken ${count} releases of ${name}`)
}
