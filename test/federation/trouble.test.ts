// Entries that only trouble makes, and first starts: the coordinator dies right after each of them as well.
import { expect, test } from 'vitest'
import { spentOn } from '../../client/differencing.ts'
import { startCoordinator } from '../../coordinator/index.ts'
import { createVirtualClock } from '../../core/clock.ts'
import { decode, encode } from '../../core/codec.ts'
import type { HospitalId } from '../../core/ids.ts'
import { LIMITS } from '../../core/limits.ts'
import { silentLog } from '../../core/log.ts'
import { systemRandom } from '../../core/random.ts'
import { createDisk, createMemoryStore } from '../../core/store/memory.ts'
import { createInlineWork } from '../../core/work/inline.ts'
import { type Receipt, receiptBody, receipt as receiptCodec } from '../../privacy/messages.ts'
import { SEALED_SHARE_BYTES } from '../../privacy/receipt.ts'
import { sealedShareDigest } from '../../privacy/sealing.ts'
import { createSignKey, signMessage } from '../../privacy/signatures.ts'
import { type CoordinatorService, chunksOf, collect } from '../../proto/index.ts'
import { BOUNDARY, FOUNDING, IDS, POLICY } from '../support/hospitals.ts'
import { type Five, fiveJob, oneOfFive, rollOf, startFive, TWO_STEPS, without } from './five.ts'
import { mortalStore } from './mortal-store.ts'
import { STAGES } from './small.ts'

const [AWAY, ALSO_AWAY] = IDS as unknown as readonly [HospitalId, HospitalId]
const { fedavg: _, ...noFedavg } = POLICY.tasks

/** The coordinator dies at this very entry and is started again. */
async function dieAfter(run: Five, kind: Parameters<Five['journal']>[0]): Promise<void> {
  let dying: Promise<void> | undefined
  await run.at(
    () => run.journal(kind).length > 0,
    `${kind} is journalled`,
    () => {
      dying = run.federation.kill('coordinator')
    },
  )
  await dying
  await run.federation.start('coordinator')
}

test('a coordinator that dies right after it journalled a pause goes on with the pause', async () => {
  await using run = await startFive(TWO_STEPS)
  await run.at(
    () => run.job().stage === 0,
    'the first step is released',
    () => run.leave(AWAY),
  )
  await dieAfter(run, 'deadlineExtended')
  run.leave(AWAY)
  await run.until(() => run.journal('deadlineExtended').length === 2, 'the pause is renewed')
  run.comeBack(AWAY)
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  expect(run.journal('stated').map(rollOf)).toEqual([IDS, IDS])
})

test('and right after it journalled for which custodians it waits', async () => {
  await using run = await startFive(TWO_STEPS)
  await run.at(
    () => run.job().step === 2 && run.step().phase.kind === 'checking',
    'the candidates are closed',
    () => run.leave(AWAY, ALSO_AWAY),
  )
  await dieAfter(run, 'awaited')
  run.leave(AWAY)
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  expect(run.journal('stated')[1]?.statement.answerSet).toEqual(without(AWAY))
})

test('and right after it asked all custodians to co-sign, because one of the first is away', async () => {
  await using run = await startFive(TWO_STEPS)
  // Of step 1, the second to the fourth custodian of A are asked first.
  await run.at(
    () => run.job().step === 2 && run.step().phase.kind === 'cosigning',
    'the sum is opened',
    () => run.leave(IDS[1] as HospitalId),
  )
  await dieAfter(run, 'widened')
  run.leave(IDS[1] as HospitalId)
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  expect(run.journal('cosigned').filter((e) => e.key.step === 1 && e.signature.signer === IDS[1])).toEqual([])
})

test('and right after it journalled a refusal of a plan', async () => {
  await using run = await startFive(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 1 })), {
    hospitals: oneOfFive(AWAY, { policy: { ...POLICY, tasks: noFedavg } }),
  })
  await dieAfter(run, 'planRefused')
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  expect(run.journal('stated').map(rollOf)).toEqual([IDS, IDS, without(AWAY)])
})

/** A member whose sealed shares do not open, under a receipt that it signed itself. */
function poisonedShares(isPoisoned: (step: number) => boolean, run: () => Five) {
  return (honest: CoordinatorService): CoordinatorService =>
    new Proxy(honest, {
      get: (service, name: keyof CoordinatorService) => {
        const contribute: CoordinatorService['contribute'] = async (peer, at, header, offset, chunks, signal) => {
          if (peer.member !== AWAY || !isPoisoned(at.step)) return await service.contribute(peer, at, header, offset, chunks, signal)
          const bytes = await collect(chunks, LIMITS.stateBytes)
          const first = decode(receiptCodec, header)
          const start = bytes.length - first.body.shares.length * SEALED_SHARE_BYTES
          const spoilt = bytes.map((b, i) => (i >= start && (i - start) % SEALED_SHARE_BYTES === 2000 ? b ^ 1 : b))
          const shares = first.body.shares.map((__, k) =>
            sealedShareDigest(spoilt.subarray(start + k * SEALED_SHARE_BYTES, start + (k + 1) * SEALED_SHARE_BYTES)),
          )
          const body = { ...first.body, shares }
          const key = run().federation.keystore(AWAY).get('sign')
          if (!key) throw new Error('no key')
          const signed: Receipt = { body, signature: signMessage('receipt', { plan: body.plan, key: at }, encode(receiptBody, body), key) }
          await service.contribute(peer, at, encode(receiptCodec, signed), 0, chunksOf(spoilt), signal)
        }
        return name === 'contribute' ? contribute : service[name]
      },
    })
}

test('a contributor whose shares do not open is left out of an update, and the others go on', async () => {
  await using run = await startFive(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 2 })), {
    wrapService: poisonedShares(
      (step) => step === 2,
      () => run,
    ),
  })
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  expect(run.journal('stated').map(rollOf)).toEqual([IDS, IDS, without(AWAY), IDS])
})

test('an exact step whose contribution is not admissible is retired and planned again, at no cost; the third time the job ends by code', async () => {
  await using run = await startFive(TWO_STEPS, {
    wrapService: poisonedShares(
      (step) => step > 0,
      () => run,
    ),
  })
  await dieAfter(run, 'retired')
  await run.finish()
  expect(run.job().outcome).toEqual({ failed: 'ROLL_SMALL' })
  expect(run.journal('retired').map((e) => e.key.step)).toEqual([1, 2, 3])
  expect(run.journal('stated').map(rollOf)).toEqual([IDS, [], [], []])
  expect(run.journal('answered').map((e) => e.key.step)).not.toContain(1)
  for (const id of IDS) {
    const state = run.federation.client(id)?.state
    expect(run.journalOf(id, 'ended').map((e) => [e.key.step, e.how])).toEqual([1, 2, 3].map((step) => [step, 'retired']))
    expect(state && spentOn(state.reading, BOUNDARY)).toEqual({ jobs: new Set(), values: 0 })
  }
})

test('an exact step that was retired once goes on under a new opening key', async () => {
  await using run = await startFive(TWO_STEPS, {
    wrapService: poisonedShares(
      (step) => step === 1,
      () => run,
    ),
  })
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  expect(run.journal('stated').map(rollOf)).toEqual([IDS, [], IDS])
  expect([...run.federation.disk('coordinator').blobs.keys()].filter((name) => name.startsWith('spool'))).toEqual([])
})

for (const point of ['before', 'after'] as const) {
  test(`a coordinator that dies right ${point} any entry of its first start founds once and invites again`, async () => {
    const [disk, signKey] = [createDisk(), createSignKey().privateKey]
    const met = new Set<number>()
    const dies = (seq: number): typeof point | null => {
      if (met.has(seq) || seq > 1 + IDS.length) return null
      met.add(seq)
      return point
    }
    const life = async (): Promise<boolean> => {
      let died = false
      const store = mortalStore(createMemoryStore(disk), dies, () => {
        died = true
      })
      const ports = { clock: createVirtualClock(), log: silentLog(), work: createInlineWork(), random: systemRandom, cipher: 'clear' as const }
      try {
        await using coordinator = await startCoordinator({ founding: FOUNDING, store, signKey, ...ports })
        for (const id of IDS) await coordinator.invite(id)
      } catch (error) {
        if (!died) throw error
      }
      return died
    }
    while (await life());
    expect(met.size).toBe(1 + IDS.length)
    expect(disk.journal.filter((e) => e.kind === 'founded')).toHaveLength(1)
    expect(disk.journal.filter((e) => e.kind === 'invited').length).toBeGreaterThanOrEqual(IDS.length)
  })
}
