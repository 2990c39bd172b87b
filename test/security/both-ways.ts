// Runs one attack both ways: refused with every defence on, and shown to succeed once the one it targets is off.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { CoordinatorEvent } from '../../coordinator/events.ts'
import { initialState } from '../../coordinator/state.ts'
import { step } from '../../coordinator/step.ts'
import type { HospitalId } from '../../core/ids.ts'
import type { Attack, Party, Refused } from './attack.ts'
import type { Listed } from './attacks/index.ts'
import { type AttackRun, startRun } from './launcher.ts'
import { SCENE } from './scene.ts'

const CACHE = join(tmpdir(), `consilium-compiled-${process.getuid?.() ?? 0}`)

export async function expectRefused({ attack, url }: Listed): Promise<void> {
  await using run = start(attack, url, () => [])
  await attack.drive?.(run)
  await expectRefusal(run, attack.refused)
  await expectAfter(run, attack.refused)
  await attack.refused.also?.(run)
  expect(run.evidence.filter((e) => e.name === 'opened' || e.name === 'won')).toEqual([])
  // No honest party met a fault of its own on the way.
  for (const party of ['coordinator' as const, ...run.members]) expect(run.log(party).filter((l) => l.code === 'INTERNAL')).toEqual([])
}

export async function expectSuccess({ attack, url }: Listed, defence: string): Promise<void> {
  await using run = start(attack, url, () => [defence])
  await attack.drive?.(run)
  await expect(attack.succeeded(run)).resolves.toBeTypeOf('string')
}

function start(attack: Attack, url: string, off: () => readonly string[]): AttackRun {
  const { founding, jobs } = { ...SCENE, ...attack.scene }
  const members = founding.hospitals.map((h) => h.id)
  return startRun({ members, jobs: jobs.length, attack: url, cache: CACHE, off: (party) => [...new Set([...off(), ...(attack.helpers?.[party] ?? [])])] })
}

async function expectRefusal(run: AttackRun, { by, code, entry }: Refused): Promise<void> {
  for (const party of by as readonly Party[]) {
    await run.until(() => run.log(party).some((line) => line.code === code), `${party} logs ${code}`)
    if (entry !== 'log') await run.until(() => hasEntry(run, party, entry, code), `${party} journals a ${entry} of ${code}`)
  }
}

function hasEntry(run: AttackRun, party: Party, entry: Refused['entry'], code: string): boolean {
  if (party === 'coordinator') return run.centre().some((e) => e.kind === entry && 'code' in e && e.code === code)
  const journal = run.journal(party)
  if (entry === 'plan refusal') return journal.some((e) => e.kind === 'planRefused' && e.code === code)
  return journal.some((e) => e.kind === 'left' && e.what === entry)
}

async function expectAfter(run: AttackRun, { by, code, after }: Refused): Promise<void> {
  const missing = (e: CoordinatorEvent): readonly string[] => (e.kind === 'deadlineExtended' || e.kind === 'awaited' ? e.missing : [])
  const named = (): boolean => run.centre().some((e) => missing(e).length > 0 && by.every((id) => id === 'coordinator' || missing(e).includes(id)))
  if (after === 'pauses') await run.until(named, 'the step is paused by name')
  if (after === 'abandons') await run.until(() => run.centre().some((e) => e.kind === 'abandoned' && e.code === code), `the step is abandoned with ${code}`)
  if (after === 'finishes') await run.until(() => hasFinished(run), 'every job has ended and everyone has taken its releases')
}

/** The last job has finished, none still runs, and every member has taken every release. */
function hasFinished(run: AttackRun): boolean {
  const state = run.centre().reduce((s, event) => step(s, event, 0), initialState)
  const jobs = [...state.jobs.values()]
  const taken = (id: HospitalId): boolean => jobs.every((job) => (job.adopted.get(id) ?? 0) === job.releases.length)
  return jobs.length === run.jobs && jobs.at(-1)?.outcome === 'finished' && jobs.every((job) => job.outcome !== 'running') && run.members.every(taken)
}
