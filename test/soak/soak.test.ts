// Steps under BGV in one process (600; SOAK_STEPS=2000 for as many as a year of rounds): jobs of statistics and updates, one after the other, over one extract a month. What lives after a
// collection grows only by what is kept on purpose, names and hashes; no SEAL object and no tensor is left.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { JobOptions } from '../../coordinator/index.ts'
import { loadEngine } from '../../models/mlp/engine.ts'
import { liveHandles } from '../../privacy/seal/handles.ts'
import { startFederation } from '../../simulations/federation.ts'
import { FEATURES, jobOf, SMALL_FOUNDING, SMALL_IDS, STAGES, smallHospitals } from '../federation/small.ts'
import { createUnreadStore, type UnreadStore } from './unread-store.ts'

const STEPS = Number(process.env.SOAK_STEPS ?? 600)
const EVERY = 100
/** All five parties together: a step's plan and end, what each custodian is bound to, one charge or start of an update, a dozen names of blobs. */
const MOST_LIVING_BYTES_A_STEP = 25_000
/** Resident memory beyond what the blobs hold: the collector gives pages back late. */
const MOST_RESIDENT_BYTES_A_STEP = 60_000

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** A month of its own, so that no query is a repetition: describe, Newton, evaluate, then updates. */
function jobOfMonth(index: number): JobOptions {
  const boundary = `${2020 + Math.floor(index / 12)}-${String(1 + (index % 12)).padStart(2, '0')}`
  const job = jobOf(FEATURES, STAGES.describe, STAGES.logistic(4), STAGES.evaluate('logistic'), STAGES.fedavg({ steps: 24 }))
  return {
    ...job,
    cosigning: index % 2 === 0 ? 'full' : 'light',
    stages: job.stages.map((stage) => ({ ...stage, inputs: { ...stage.inputs, boundary } })),
  }
}

interface Measured {
  readonly step: number
  readonly livingBytes: number
  readonly residentBytes: number
  readonly blobBytes: number
  readonly journalBytes: number
}
async function measure(step: number, stores: readonly UnreadStore[]): Promise<Measured> {
  // Work that was dropped half way ends in its own time.
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  collectGarbage()
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
  const [blobBytes, journalBytes] = [stores.reduce((n, s) => n + s.blobBytes(), 0), stores.reduce((n, s) => n + s.journalBytes(), 0)]
  return { step, livingBytes: heapUsed + arrayBuffers - blobBytes, residentBytes: rss - blobBytes, blobBytes, journalBytes }
}
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
/** Without the first 100 steps, in which the engines and the compiled code come to stay. */
const slope = ([, ...all]: readonly Measured[], of: 'livingBytes' | 'residentBytes'): number => {
  const [first, last] = [all[0], all.at(-1)]
  return first && last ? (last[of] - first[of]) / (last.step - first.step) : Number.NaN
}

test(`${STEPS} steps leave no SEAL handle, no tensor, and memory flat`, async () => {
  const stores: UnreadStore[] = []
  const wrapStore = (): UnreadStore['store'] => {
    const made = createUnreadStore()
    stores.push(made)
    return made.store
  }
  await using federation = await startFederation({ founding: SMALL_FOUNDING, hospitals: smallHospitals(), cipher: 'bgv', wrapStore })
  await federation.until(() => federation.coordinator.state.epoch.kind === 'agreed', 'the key epoch is agreed')
  const measured: Measured[] = []
  let [done, next] = [0, EVERY]
  const beganMs = performance.now()
  for (let index = 0; done < STEPS; index++) {
    const hash = await federation.coordinator.startJob(jobOfMonth(index))
    const job = () => federation.coordinator.state.jobs.get(hash)
    await federation.until(
      () => job()?.outcome !== 'running' && SMALL_IDS.every((id) => job()?.adopted.get(id) === job()?.releases.length),
      'the job has ended',
    )
    expect(job()?.outcome).toBe('finished')
    done += job()?.releases.length ?? 0
    if (done < next && done < STEPS) continue
    next += EVERY
    measured.push(await measure(done, stores))
  }
  const seconds = (performance.now() - beganMs) / 1000
  const lines = measured.map(
    (m) => `${m.step} steps: ${mib(m.livingBytes)} living, ${mib(m.residentBytes)} resident, blobs ${mib(m.blobBytes)}, journals ${mib(m.journalBytes)}`,
  )
  const slopes = `${slope(measured, 'livingBytes').toFixed(0)} bytes living a step, ${slope(measured, 'residentBytes').toFixed(0)} resident`
  console.info(`${done} steps in ${seconds.toFixed(0)} s, ${(done / seconds).toFixed(1)} a second; ${slopes}\n${lines.join('\n')}`)
  const { tf } = await loadEngine()
  expect(liveHandles().working).toBe(0)
  expect(tf.memory().numTensors).toBe(0)
  expect(slope(measured, 'livingBytes')).toBeLessThan(MOST_LIVING_BYTES_A_STEP)
  expect(slope(measured, 'residentBytes')).toBeLessThan(MOST_RESIDENT_BYTES_A_STEP)
}, 1_800_000)
