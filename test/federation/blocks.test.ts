// Exact statistics over several blocks: a missing member takes its block with it, and no two sums ever differ by less than a block.
import { describe, expect, test } from 'vitest'
import { coordinatorEvent } from '../../coordinator/events.ts'
import { blocksOf } from '../../coordinator/planning.ts'
import { decode } from '../../core/codec.ts'
import { type HospitalId, parseHospitalId } from '../../core/ids.ts'
import { silentLog } from '../../core/log.ts'
import { startFederation } from '../../simulations/federation.ts'
import { FEATURES, jobOf, SMALL_FOUNDING, STAGES, smallHospital } from './small.ts'

const EIGHT = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(parseHospitalId)
const founding = { ...SMALL_FOUNDING, hospitals: EIGHT.map((id) => ({ id, name: id })), custodians: EIGHT.slice(0, 4) }

async function started(blockMembers: number) {
  const federation = await startFederation({ founding, hospitals: EIGHT.map((id) => smallHospital(id)), cipher: 'clear', log: silentLog() })
  await federation.until(() => federation.coordinator.state.epoch.kind === 'agreed', 'the key epoch is agreed')
  const job = await federation.coordinator.startJob({ ...jobOf(FEATURES, STAGES.describe, STAGES.logistic(1)), blockMembers })
  const rolls = (): string[] =>
    federation.disk('coordinator').journal.flatMap(({ body }) => {
      const event = decode(coordinatorEvent, body)
      return event.kind === 'stated' ? [event.roll.map((entry) => entry.member).join('')] : []
    })
  return { federation, job: () => federation.coordinator.state.jobs.get(job), rolls }
}

describe('blocks', () => {
  test('are the whole roll while everybody is there; a member that stays away takes its own block out, and only that', async () => {
    const { federation, job, rolls } = await started(4)
    await using running = federation
    await running.until(() => job()?.finals.has('randomness') === true || job()?.stage === 0, 'common randomness is released')
    const gone = running.link('g' as HospitalId)
    if (gone) gone.online = false
    await running.until(() => job()?.outcome !== 'running', 'the job has ended')
    expect(job()?.outcome).toBe('finished')
    expect(rolls()[0]).toBe('abcdefgh')
    expect(new Set(rolls().slice(1))).toEqual(new Set(['abcd']))
    if (gone) gone.online = true
    await running.until(() => EIGHT.every((id) => job()?.adopted.get(id) === job()?.releases.length), 'everybody has taken every release')
    const finals = job()?.finals
    for (const id of EIGHT) expect(running.client(id)?.state.jobs.get(job()?.hash as never)?.finals).toEqual(finals)
  })

  test('of everybody pause for one that is away', async () => {
    const { federation, job, rolls } = await started(0)
    await using running = federation
    await running.until(() => job()?.stage === 0, 'common randomness is released')
    const gone = running.link('g' as HospitalId)
    if (gone) gone.online = false
    await running.until(
      () => [...running.coordinator.state.steps.values()].some((s) => s.phase.kind === 'collecting' && s.phase.paused.length > 0),
      'it pauses',
    )
    expect(rolls()).toEqual(['abcdefgh'])
  })
})

describe('the blocks of a federation that changes', () => {
  const ids = (text: string): HospitalId[] => [...text].map(parseHospitalId)
  const text = (blocks: readonly (readonly HospitalId[])[]): string[] => blocks.map((block) => block.join(''))

  test('are drawn once, as even as can be', () => {
    expect(text(blocksOf([], ids('abcdefghij'), 4))).toEqual(['abcde', 'fghij'])
    expect(text(blocksOf([], ids('abcdefghijk'), 3))).toEqual(['abcd', 'efgh', 'ijk'])
    expect(text(blocksOf([], ids('abcde'), 0))).toEqual(['abcde'])
  })
  test('lose a block with any of its members, and never mend it', () => {
    expect(text(blocksOf([ids('abcd'), ids('efgh')], ids('abcefgh'), 3))).toEqual(['efgh'])
  })
  test('take newcomers as a block of their own once they are enough', () => {
    expect(text(blocksOf([ids('abcd')], ids('abcdxy'), 3))).toEqual(['abcd'])
    expect(text(blocksOf([ids('abcd')], ids('abcdxyz'), 3))).toEqual(['abcd', 'xyz'])
    expect(text(blocksOf([ids('abcd')], ids('abcdwxyz'), 0))).toEqual(['abcd', 'wxyz'])
  })
})
