// Fifty steps under BGV with all work in this one process: what SEAL and the tensor engine hold is back to nothing, and the daemons'
// memory grows by what they keep on disk, not by what they did.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import type { Disk } from '../../core/store/memory.ts'
import { loadEngine } from '../../models/mlp/engine.ts'
import { liveHandles } from '../../privacy/seal/handles.ts'
import { startFederation } from '../../simulations/federation.ts'
import { FEATURES, jobOf, SMALL_FOUNDING, SMALL_IDS, STAGES, smallHospitals } from './small.ts'

const STEPS = 50
/** All five parties together: far below one contribution (120 KB), of which each step has four, spooled twice and shown to four custodians. */
const MOST_LIVING_BYTES_A_STEP = 50_000
/** A custodian keeps its journal and the states, never what it was shown; a contribution under way (190 KB) may lie there at one of the two looks. */
const MOST_DISK_BYTES_A_STEP = 12_000

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const diskBytes = ({ journal, blobs }: Disk): number => journal.reduce((n, e) => n + e.body.length, 0) + [...blobs.values()].reduce((n, b) => n + b.length, 0)
/** What lives after a collection, without what the memory disks hold. */
async function livingBytes(disks: readonly Disk[]): Promise<number> {
  // Work that was dropped half way ends in its own time.
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  collectGarbage()
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers - disks.reduce((sum, disk) => sum + diskBytes(disk), 0)
}

test(`after ${STEPS} steps no SEAL handle and no tensor is left, and memory did not grow with the steps`, async () => {
  await using federation = await startFederation({ founding: SMALL_FOUNDING, hospitals: smallHospitals(), cipher: 'bgv' })
  await federation.until(() => federation.coordinator.state.epoch.kind === 'agreed', 'the key epoch is agreed')
  const hash = await federation.coordinator.startJob(jobOf(FEATURES, STAGES.describe, STAGES.fedavg({ steps: STEPS })))
  const job = () => federation.coordinator.state.jobs.get(hash)
  const disks = [federation.disk('coordinator'), ...SMALL_IDS.map((id) => federation.disk(id))]
  await federation.until(() => (job()?.stageStep ?? 0) >= 15, '15 updates are released')
  const early = [await livingBytes(disks), ...disks.map(diskBytes)]
  await federation.until(() => (job()?.stageStep ?? 0) >= STEPS - 5, 'most updates are released')
  const late = [await livingBytes(disks), ...disks.map(diskBytes)]
  await federation.until(() => job()?.outcome === 'finished', 'the job ends')
  const { tf } = await loadEngine()
  const [living = 0, , ...custodians] = late.map((bytes, i) => (bytes - (early[i] ?? 0)) / (STEPS - 20))
  expect(liveHandles().working).toBe(0)
  expect(tf.memory().numTensors).toBe(0)
  expect(living).toBeLessThan(MOST_LIVING_BYTES_A_STEP)
  for (const custodian of custodians) expect(custodian).toBeLessThan(MOST_DISK_BYTES_A_STEP)
}, 180_000)
