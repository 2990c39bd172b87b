// A hospital whose policy asks a person, among real daemons: the federation waits for the word, goes on after approve, and hears POLICY after refuse.
import { afterAll, expect, test } from 'vitest'
import { decisionFolder, listAsked } from '../../client/decision-files.ts'
import type { Matter } from '../../client/decisions.ts'
import { EXIT } from '../../core/errors.ts'
import type { HospitalId } from '../../core/ids.ts'
import { createProcesses, type Processes } from './federation.ts'
import { INPUTS, makePlaces, type Places } from './places.ts'

interface Scene {
  readonly places: Places
  readonly run: Processes
  readonly asker: HospitalId
  readonly others: readonly HospitalId[]
}
const scenes: Scene[] = []
afterAll(async () => {
  for (const { run, places } of scenes) {
    await run[Symbol.asyncDispose]()
    places[Symbol.dispose]()
  }
})

const ASKER = 1
/** Four hospitals; the second one's policy asks about `describe`, and about rosters where told so. All daemons run. */
async function start(roster: 'ask' | 'automatic'): Promise<Scene> {
  const places = await makePlaces({
    claims: 500,
    job: { minCohort: 3, stepSeconds: 3, inputs: INPUTS, stages: [{ name: 'describe', task: 'describe', privacy: 'exact' }] },
    differs: (file, index) =>
      index === ASKER ? { ...file, policy: { ...file.policy, roster, tasks: { ...file.policy.tasks, describe: { privacy: ['exact'] } } } } : file,
  })
  const run = createProcesses(places)
  const asker = places.hospitals[ASKER] as HospitalId
  const scene = { places, run, asker, others: places.hospitals.filter((id) => id !== asker) }
  scenes.push(scene)
  run.keep('coordinator')
  await run.until(() => run.log('coordinator').includes('listening'), 'everybody is invited')
  for (const id of places.hospitals) run.keep(id)
  return scene
}
/** Resolves when the job was asked and all others have contributed to its first step. */
async function untilJobAsked(scene: Scene): Promise<void> {
  await scene.run.until(() => waiting(scene, 'job').length === 1, 'the job is asked')
  await scene.run.until(async () => (await contributors(scene)).length === 3, 'the others have contributed')
}
const waiting = ({ places, asker }: Scene, matter: Matter) =>
  listAsked(decisionFolder(places.data(asker))).filter((asked) => asked.matter === matter && asked.decided === null)
const contributors = async ({ run }: Scene): Promise<readonly HospitalId[]> =>
  (await run.coordinator()).events.flatMap((e) => (e.kind === 'contributed' && e.key.step === 0 ? [e.receipt.body.member] : [])).toSorted()
const type = ({ run, places, asker }: Scene, ...args: readonly string[]) => run.children.consilium('client', ...args, '--config', places.config(asker)).ended

test('without a word about the roster nothing is agreed; roster show tells who is in it, and after approve it is signed', async () => {
  const scene = await start('ask')
  const { run, places, asker } = scene
  await run.until(() => waiting(scene, 'roster').length === 1, 'the roster is asked')
  const signers = async () => (await run.coordinator()).events.flatMap((e) => (e.kind === 'rosterSigned' ? [e.signature.signer] : [])).toSorted()
  await run.until(async () => (await signers()).length === 3, 'all others have signed')
  const shown = (await type(scene, 'roster', 'show')).stdout
  for (const words of ['A PROPOSAL WAITS FOR A PERSON', ...places.hospitals, 'any 2 of the 4 custodians', '4 are needed']) expect(shown).toContain(words)
  expect(await signers()).toEqual(scene.others)
  expect((await run.coordinator()).state.roster.kind).not.toBe('agreed')
  expect((await type(scene, 'roster', 'approve', waiting(scene, 'roster')[0]?.hash.slice(0, 8) ?? '')).code).toBe(EXIT.ok)
  await run.until(async () => (await signers()).includes(asker), 'the site signs')
  await untilJobAsked(scene)
  expect((await type(scene, 'roster', 'show')).stdout).toMatch(/^THE ROSTER NOW/)
  for (const id of places.hospitals) await run.stop(id)
  await run.stop('coordinator')
}, 180_000)

test('the federation waits for a person; plan show tells the job; after approve all of it is done, and only then did anything of the site leave', async () => {
  const scene = await start('automatic')
  await untilJobAsked(scene)
  const { run, places, asker, others } = scene
  const [asked] = waiting(scene, 'job')
  const hash = asked?.hash ?? ''
  expect(run.log(asker)).toContain('waiting for a person: consilium client plan show')
  expect((await type(scene, 'status')).stdout).toMatch(new RegExp(`^WAITING .*job ${hash.slice(0, 16)}`))
  const shown = (await type(scene, 'plan', 'show')).stdout
  for (const words of [
    'WAITS FOR A PERSON',
    hash,
    '1. describe (task describe)',
    'feature set claim/1',
    `4 hospitals: ${places.hospitals.join(', ')}`,
    'tasks that wait for a person: describe',
  ])
    expect(shown).toContain(words)
  expect(shown).not.toContain('[NOT ALLOWED]')
  // A restart asks the same again: nobody decided.
  expect(await run.stop(asker)).toBe(EXIT.ok)
  run.keep(asker)
  await run.until(() => run.log(asker).split('waiting for a person: consilium').length === 3, 'the person is called again')
  expect(await contributors(scene)).toEqual(others)
  expect((await run.client(asker)).events.filter((e) => e.kind === 'left' && e.what === 'contribution')).toEqual([])

  expect((await type(scene, 'plan', 'approve', hash.slice(0, 10))).code).toBe(EXIT.ok)
  await run.until(async () => [...(await run.coordinator()).state.jobs.values()][0]?.outcome === 'finished', 'the job ends')
  const rolls = (await run.coordinator()).events.flatMap((e) => (e.kind === 'stated' ? [e.roll.map((entry) => entry.member)] : []))
  expect(rolls).toEqual([places.hospitals, places.hospitals, places.hospitals])
}, 180_000)

test('after refuse the site tells the coordinator POLICY and contributes nothing', async () => {
  const scene = await start('automatic')
  await untilJobAsked(scene)
  const { run, asker, others } = scene
  expect((await type(scene, 'plan', 'refuse', waiting(scene, 'job')[0]?.hash ?? '')).code).toBe(EXIT.ok)
  const refused = async () => (await run.coordinator()).events.filter((e) => e.kind === 'planRefused')
  await run.until(async () => (await refused()).length > 0, 'the refusal arrives')
  expect((await refused()).map((e) => [e.member, e.key.step, e.code])).toEqual([[asker, 0, 'POLICY']])
  expect(await contributors(scene)).toEqual(others)
  const left = (await run.client(asker)).events.flatMap((e) => (e.kind === 'left' ? [e.what] : []))
  expect(left).toContain('plan refusal')
  expect(left).not.toContain('contribution')
  expect((await type(scene, 'plan', 'show')).stdout).toMatch(/Refused\n +job \w+ refused by/)
}, 180_000)
