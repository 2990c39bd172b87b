// Sealing keys change while jobs go on: by number of steps, by age, at a custodian's word. What an epoch's key could open is gone when the
// epoch is over, from the disk too.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { giveUpAfterRestore } from '../../client/restored.ts'
import { decode, encode } from '../../core/codec.ts'
import { type HospitalId, openingKeyText } from '../../core/ids.ts'
import { type Keystore, openKeystore } from '../../core/keystore.ts'
import { SecretBytes } from '../../core/secret.ts'
import { createMemoryStore } from '../../core/store/memory.ts'
import { openSqliteStore } from '../../core/store/sqlite.ts'
import { openKeptShare } from '../../privacy/custodian/index.ts'
import { candidates as candidatesCodec, type KeyEpochSet, signedPlan } from '../../privacy/messages.ts'
import { checkPlan, signPlan } from '../../privacy/plan.ts'
import { createSignKey } from '../../privacy/signatures.ts'
import { IDS } from '../support/hospitals.ts'
import { FIRST, LAST } from './changing.ts'
import { withCalls } from './dishonest.ts'
import { type Five, fiveJob, rollOf, startFive, without } from './five.ts'
import { STAGES } from './small.ts'

const updates = (steps: number) => fiveJob(STAGES.describe, STAGES.fedavg({ steps }))
const DAY_MS = 86_400_000

/** Number of the key epoch of each plan, in their order. */
function epochsOfPlans(run: Five): readonly number[] {
  const sets = run.federation.coordinator.state.keyEpochs
  return run.journal('planned').map((e) => (sets.get(e.plan.plan.keyEpoch) as KeyEpochSet).epoch)
}
const keysOf = (run: Five, id: HospitalId): readonly string[] =>
  run.federation
    .keystore(id)
    .names()
    .filter((name) => name.startsWith('sealing-'))

test('keys rotate after so many steps while the job goes on; old ones are wiped; a hospital that was away takes releases of past epochs', async () => {
  await using run = await startFive(updates(6), { keyEpoch: { days: 30, steps: 2 } })
  const { federation } = run
  await run.at(
    () => run.job().stageStep === 1 && run.job().stage === 1,
    'the first update is released',
    () => run.leave(LAST),
  )
  await run.until(() => run.job().stageStep === 2 && run.job().stage === 1, 'a second update is released without it')
  run.comeBack(LAST)
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  const epochs = epochsOfPlans(run)
  expect([...epochs].sort((a, b) => a - b)).toEqual(epochs)
  expect(new Set(epochs).size).toBeGreaterThan(2)
  expect(run.journal('deadlineExtended')).toEqual([])
  expect(federation.client(LAST)?.state.jobs.get(run.job().hash)?.finals).toEqual(run.job().finals)
  const newest = epochs.at(-1) as number
  for (const id of IDS) {
    const wiped = run.journalOf(id, 'sealingKeyWiped').map((e) => e.epoch)
    expect(wiped.length, id).toBeGreaterThan(1)
    expect(keysOf(run, id).filter((name) => wiped.some((epoch) => name === `sealing-${epoch}`))).toEqual([])
    expect(keysOf(run, id)).toContain(`sealing-${newest}`)
    const made = run.journalOf(id, 'sealingKeyMade').map((e) => e.key.epoch)
    expect(made).toEqual(made.map((_, i) => i + 1))
  }
  expect(run.faults).toEqual([])
})
test('keys rotate with age, also where nothing else happens', async () => {
  await using run = await startFive(fiveJob(STAGES.describe), { keyEpoch: { days: 30, steps: 500 } })
  await run.finish()
  const { state } = run.federation.coordinator
  const sinceMs = state.epoch.kind === 'agreed' ? state.epoch.sinceMs : 0
  await run.until(() => run.federation.coordinator.state.epoch.epoch === 2, 'the second epoch is in use')
  const [opened] = run.journal('keyEpochOpened')
  expect((opened?.atMs ?? 0) - sinceMs).toBe(30 * DAY_MS)
  // Nothing was planned under it yet: the first key may still be needed.
  expect(keysOf(run, FIRST)).toEqual(['sealing-1', 'sealing-2'])
  expect(run.faults).toEqual([])
})

test('a plan under an epoch older than one that was followed is refused, whoever signed it', async () => {
  const coordinatorKey = createSignKey().privateKey
  let old = ''
  let lied = false
  const wrapService = withCalls((honest) => ({
    async fetchPlan(peer, key) {
      const bytes = await honest.fetchPlan(peer, key)
      const signed = run.journal('planned').at(-1)?.plan
      if (!signed || key.step < 5 || peer.member !== FIRST || !old) return bytes
      lied = true
      return encode(signedPlan, signPlan({ ...signed.plan, keyEpoch: old as never }, coordinatorKey))
    },
  }))
  await using run = await startFive(updates(5), { keyEpoch: { days: 30, steps: 2 }, wrapService, coordinatorKey })
  await run.until(() => run.job().step > 0, 'the first plan')
  old = run.journal('planned')[0]?.plan.plan.keyEpoch as string
  await run.until(() => run.job().outcome !== 'running', 'the job ends')
  expect(lied).toBe(true)
  expect(run.journal('planRefused').map((e) => [e.member, e.code])).toContainEqual([FIRST, 'OTHER_EPOCH'])
})

describe('a custodian that was restored from a backup', () => {
  test('refuses what is left of the epoch; the others go on without it, and with it in the next', async () => {
    await using run = await startFive(updates(6))
    const { federation } = run
    let killedAt = -1
    await run.at(
      () => run.job().stage === 1 && run.job().stageStep === 1 && run.job().open,
      'an update is under way',
      () => {
        killedAt = run.job().step - 1
      },
    )
    await federation.kill(LAST)
    const store = createMemoryStore(federation.disk(LAST))
    const dropped = await giveUpAfterRestore(store, federation.keystore(LAST), federation.clock.now())
    expect(dropped).toEqual({ epoch: 1, keys: 1 })
    expect(keysOf(run, LAST)).toEqual([])
    await federation.start(LAST)
    await run.finish()
    expect(run.job().outcome).toBe('finished')
    expect(run.journal('keyEpochGivenUp').map((e) => [e.epoch, e.member])).toEqual([[1, LAST]])
    const epochs = epochsOfPlans(run)
    expect(new Set(epochs)).toEqual(new Set([1, 2]))
    // Under the epoch that it gave up it is in no answer set any more; in the next it serves again.
    const sets = run.journal('stated').map((e) => ({ epoch: epochs[e.key.step] as number, step: e.key.step, served: e.statement.answerSet.includes(LAST) }))
    for (const { epoch, step, served } of sets) if (epoch === 1 && step >= killedAt) expect(served).toBe(false)
    expect(sets.filter(({ epoch, served }) => epoch === 2 && served).length).toBeGreaterThan(0)
    expect(run.federation.client(LAST)?.state.givenUpEpoch).toBe(1)
    expect(run.faults).toEqual([])
  })

  test('gives up also an epoch that its backup does not know: it holds no key of it', async () => {
    await using run = await startFive(updates(10), { keyEpoch: { days: 30, steps: 5 } })
    const { federation } = run
    const backup = { journal: [] as unknown[], blobs: new Map<string, Uint8Array>(), secrets: new Map<string, Uint8Array>() }
    await run.at(
      () => run.job().step === 1 && run.job().open,
      'the first step',
      () => {
        backup.journal = [...federation.disk(LAST).journal]
        backup.blobs = new Map(federation.disk(LAST).blobs)
        for (const name of federation.keystore(LAST).names()) backup.secrets.set(name, federation.keystore(LAST).get(name)?.reveal() as Uint8Array)
      },
    )
    await run.until(() => federation.coordinator.state.epoch.epoch === 2 && run.job().open, 'a step of the second epoch')
    const restoredAt = run.job().step - 1
    await federation.kill(LAST)
    const disk = federation.disk(LAST)
    disk.journal.splice(0, disk.journal.length, ...(backup.journal as typeof disk.journal))
    disk.blobs.clear()
    for (const [name, bytes] of backup.blobs) disk.blobs.set(name, bytes)
    for (const name of federation.keystore(LAST).names()) federation.keystore(LAST).delete(name)
    for (const [name, bytes] of backup.secrets) federation.keystore(LAST).put(name, bytes)
    await federation.start(LAST)
    await run.until(() => run.job().outcome !== 'running', 'the job ends')
    expect(run.job().outcome).toBe('finished')
    expect(run.journal('keyEpochGivenUp').map((e) => e.member)).toContain(LAST)
    // Nothing of an epoch that it has forgotten is served again; of a later one it is.
    const epochs = epochsOfPlans(run)
    const later = run.journal('stated').filter((e) => e.key.step > restoredAt && e.statement.answerSet.includes(LAST))
    expect(later.map((e) => epochs[e.key.step] as number).filter((epoch) => epoch <= 2)).toEqual([])
    expect(later.length).toBeGreaterThan(0)
  })
})

test('when an epoch is over, no file holds its private key, its sealed form, or a share that it opened', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'consilium-epochs-'))
  const passphrase = new SecretBytes(new Uint8Array(Buffer.from('a passphrase of this test')))
  let keystore: Keystore | undefined
  const mine = (party: string): boolean => party === FIRST
  const files = (): readonly Buffer[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)))
  /** Raw, in hexadecimal, in base64 wherever a group of three bytes may begin. */
  const forms = (bytes: Uint8Array): readonly Buffer[] => {
    const raw = Buffer.from(bytes)
    const inBase64 = [0, 1, 2].map((skip) => Buffer.from(raw.subarray(skip, skip + 3 * Math.floor((raw.length - skip) / 3)).toString('base64')))
    return [raw, Buffer.from(raw.toString('hex')), Buffer.from(raw.toString('hex').toUpperCase()), ...inBase64]
  }
  const found = (bytes: Uint8Array): boolean => files().some((file) => forms(bytes).some((form) => file.includes(form)))
  try {
    await using run = await startFive(updates(4), {
      cipher: 'bgv',
      keyEpoch: { days: 30, steps: 2 },
      wrapStore: (party, store) => (mine(party) ? openSqliteStore(folder) : store),
      wrapKeystore(party, memory) {
        if (!mine(party)) return memory
        keystore ??= openKeystore(join(folder, 'keys.json'), passphrase)
        return keystore
      },
    })
    const { federation } = run
    const secrets = { keys: [] as Uint8Array[], shares: [] as Uint8Array[], sealedKeys: [] as Buffer[], sealedShares: [] as Uint8Array[] }
    await run.at(
      () => run.job().step === 1 && run.step().phase.kind === 'opening',
      'the first step opens',
      () => {
        const state = federation.client(FIRST)?.state
        const step = state?.steps.get(openingKeyText(run.step().key))
        const keyEpoch = [...(state?.keyEpochs.values() ?? [])][0] as KeyEpochSet
        const sealingKey = keystore?.get('sealing-1') as SecretBytes
        const checked = checkPlan(step?.signed as never, { roster: state?.roster?.roster as never, keyEpoch })
        const kept = decode(candidatesCodec, readFileSync(join(folder, 'blobs', `candidates.${openingKeyText(run.step().key)}`)))
        // Private keys are a version, 32 bytes of X25519 and a seed of 64: each part on its own.
        const key = sealingKey.reveal()
        secrets.keys.push(key.slice(-64), key.slice(-96, -64))
        for (const candidate of kept) {
          secrets.sealedShares.push(candidate.share.slice(0, 96))
          const share = openKeptShare(candidate, { checked, keyEpoch, self: FIRST, sealingKey })
          secrets.shares.push(new Uint8Array(share.buffer.slice(share.byteOffset, share.byteOffset + 48)))
        }
        const file = JSON.parse(readFileSync(join(folder, 'keys.json'), 'utf8')) as { secrets: Record<string, { data: string }> }
        secrets.sealedKeys.push(Buffer.from(file.secrets['sealing-1']?.data ?? ''))
      },
    )
    expect(secrets.shares).toHaveLength(IDS.length)
    const sealedKeyThere = (): boolean => files().some((file) => secrets.sealedKeys.some((sealed) => sealed.length > 0 && file.includes(sealed)))
    // Sealed they are there, in clear never; the search finds what is there.
    expect(sealedKeyThere()).toBe(true)
    for (const sealed of secrets.sealedShares) expect(found(sealed)).toBe(true)
    for (const secret of [...secrets.keys, ...secrets.shares]) expect(found(secret)).toBe(false)
    await run.finish()
    expect(federation.client(FIRST)?.state.wipedEpochs).toContain(1)
    expect(sealedKeyThere()).toBe(false)
    for (const secret of [...secrets.keys, ...secrets.shares, ...secrets.sealedShares]) expect(found(secret)).toBe(false)
    expect(run.faults).toEqual([])
    expect(rollOf(run.journal('stated').at(-1) as never)).toEqual([...without(LAST), LAST].sort())
  } finally {
    keystore?.[Symbol.dispose]()
    rmSync(folder, { recursive: true, force: true })
  }
}, 120_000)
