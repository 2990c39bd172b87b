// Real daemons over mutual-TLS gRPC, killed with -9 right after a journal entry of each kind and started again: the job ends with the same
// bytes. One federation meets all kinds, one after the other; then the commands of a hospital's staff read what it left behind.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type HospitalId, openingKeyText } from '../../core/ids.ts'
import { receiptHash } from '../../privacy/messages.ts'
import { createProcesses, type Processes } from './federation.ts'
import { INPUTS, makePlaces, type Places, spoil } from './places.ts'

/** All but those that only trouble makes (trouble.test.ts). */
const COORDINATOR_KINDS = [
  ...['founded', 'invited', 'enrolled', 'rosterProposed', 'rosterSigned', 'sealingKeyPublished', 'snapshotDeclared', 'jobStarted'],
  ...['planned', 'planRefused', 'contributed', 'candidatesClosed', 'reported', 'stated', 'signed', 'answered', 'opened', 'cosigned', 'released'],
  ...['adopted', 'scored'],
]
/** g, t and t of the four custodians serve these: of three mortal ones there is always one among them. */
const SHARED = ['custody/statementSigned', 'custody/answered', 'custody/cosigned']
/** Written only where the upload's reply is read before the next asks, which end the upload's duty: kill-sweep.test.ts always meets it. */
const MAYBE = 'delivered'
const CLIENT_KINDS = [
  ['left/enrolment request', 'rosterSigned', 'keyEpochLearnt', 'planBound', 'adopted', 'scored', ...SHARED, MAYBE],
  ['enrolled', 'sealingKeyMade', 'jobLearnt', 'contributed', 'custody/planBound', 'custody/sharesWiped', 'left/acknowledgement', ...SHARED, MAYBE],
  ['snapshotTaken', 'left/contribution', 'custody/reported', 'planRefused', 'left/plan refusal', ...SHARED, MAYBE],
]
const SPOILT = [
  [5, 'total_amt', 'many'],
  [9, 'settle_ts', 'yesterday'],
] as const

let places: Places
let run: Processes
beforeAll(async () => {
  places = await makePlaces({
    claims: 900,
    job: {
      minCohort: 3,
      stepSeconds: 20,
      inputs: INPUTS,
      stages: [
        { name: 'describe', task: 'describe', privacy: 'exact' },
        { name: 'logistic', task: 'logistic', params: { maxSteps: 2, tolerance: 1e-12 }, upstream: ['describe'], privacy: 'exact', publish: true },
        { name: 'mlp', task: 'fedavg', params: { hidden: '16', steps: 1, localPasses: 1 }, upstream: ['describe'], privacy: 'none' },
      ],
    },
    // The third hospital does not allow networks.
    differs: (file, index) => (index === 2 ? { ...file, policy: { ...file.policy, tasks: { ...file.policy.tasks, fedavg: undefined as never } } } : file),
  })
  run = createProcesses(places)
})
afterAll(async () => {
  await run?.[Symbol.asyncDispose]()
  expect(run?.children.running()).toBe(0)
  places?.[Symbol.dispose]()
})

test('a federation whose daemons die at every kind of entry ends with one receipt, one statement and one model', async () => {
  const [immortal] = places.hospitals.slice(3)
  const spoiltFile = join(places.claims(immortal as HospitalId), 'claim.csv')
  spoil(spoiltFile, SPOILT)
  run.keep('coordinator', COORDINATOR_KINDS)
  await run.until(() => places.hospitals.every((id) => existsSync(places.invitation(id))), 'everybody is invited')
  places.hospitals.forEach((id, i) => run.keep(id, CLIENT_KINDS[i] ?? []))
  const isDone = async (): Promise<boolean> => {
    const { state } = await run.coordinator()
    const [job] = state.jobs.values()
    return job?.outcome === 'finished' && places.hospitals.every((id) => job.adopted.get(id) === job.releases.length && job.scored.get('logistic')?.has(id))
  }
  await run.until(isDone, 'the job has ended everywhere')

  expect(run.pending('coordinator')).toEqual([])
  const met = new Set(places.hospitals.flatMap((id) => run.deaths(id)))
  expect(CLIENT_KINDS.flat().filter((kind) => kind !== MAYBE && !met.has(kind))).toEqual([])
  for (const id of places.hospitals) expect(await run.stop(id)).toBe(0)
  expect(await run.stop('coordinator')).toBe(0)
  await checkJournals()
  for (const party of ['coordinator', ...places.hospitals] as const) expect(run.log(party)).not.toContain('INTERNAL')
}, 240_000)

/** One of everything, the same everywhere, and nothing secret left on a disk. */
async function checkJournals(): Promise<void> {
  const centre = await run.coordinator()
  const [job] = centre.state.jobs.values()
  const accepted = centre.events.flatMap((e) =>
    e.kind === 'contributed' ? [`${openingKeyText(e.key)} ${e.receipt.body.member} ${receiptHash(e.receipt.body)}`] : [],
  )
  expect(new Set(accepted.map((line) => line.split(' ').slice(0, 2).join())).size).toBe(accepted.length)
  for (const id of places.hospitals) {
    const { events, state } = await run.client(id)
    const own = events.flatMap((e) => (e.kind === 'contributed' ? [`${openingKeyText(e.key)} ${id} ${receiptHash(e.receipt.body)}`] : []))
    expect(own).toEqual(accepted.filter((line) => line.includes(` ${id} `)))
    const signed = events.flatMap((e) => (e.kind === 'custody' && e.event.kind === 'statementSigned' ? [openingKeyText(e.event.key)] : []))
    expect(new Set(signed).size).toBe(signed.length)
    const left = events.flatMap((e) => (e.kind === 'left' ? [e.id] : []))
    expect(new Set(left).size).toBe(left.length)
    expect([...state.jobs.values()].map((j) => j.finals)).toEqual([job?.finals])
    for (const held of state.custody.keys.values()) expect(held.wiped).toBe(true)
    expect(readdirSync(join(places.data(id), 'blobs')).filter((name) => /^(contribution|candidates)\./.test(name))).toEqual([])
  }
  expect(readdirSync(join(places.data('coordinator'), 'blobs')).filter((name) => /^(spool|aggregate)/.test(name))).toEqual([])
}

describe('on what it left behind', () => {
  const [site, refuser, spoilt] = [0, 2, 3].map((i) => () => places.hospitals[i] as HospitalId) as [() => HospitalId, () => HospitalId, () => HospitalId]

  test('client status says where the site stands', async () => {
    const { code, stdout } = await run.children.consilium('client', 'status', '--config', places.config(refuser())).ended
    expect(code).toBe(0)
    expect(stdout).toContain(`hospital    ${refuser()}`)
    expect(stdout).toMatch(/4 members, 4 custodians of whom 1 may be corrupt/)
    expect(stdout).toMatch(/finished; 7 releases taken; stages done: describe, logistic, mlp; scored with logistic/)
    expect(stdout).toMatch(/refused {5}step 6 .*: POLICY/)
  })

  test('client egress lists each message that left, once, and says in which step', async () => {
    const { code, stdout } = await run.children.consilium('client', 'egress', '--json', '--config', places.config(site())).ended
    expect(code).toBe(0)
    const lines = stdout.split('\n').map((line) => JSON.parse(line) as { what: string; bytes: number; about: string })
    const of = (what: string): number => lines.filter((line) => line.what === what).length
    expect([of('enrolment request'), of('roster signature'), of('sealing key'), of('snapshot id'), of('contribution')]).toEqual([1, 1, 1, 1, 7])
    // Seven releases and one model scored.
    expect(of('acknowledgement')).toBe(8)
    expect(lines.filter((line) => line.what === 'contribution').map((line) => line.about.replace(/,.*/, ''))).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((n) => `step ${n}`),
    )
    const words = await run.children.consilium('client', 'egress', '--config', places.config(site())).ended
    expect(words.stdout).toContain(`${lines.length} messages`)
    expect(words.stdout).toContain('Nothing else has left this site')
  })

  test('client score scores a folder of claims with the model that this site took, and nothing leaves', async () => {
    const before = (await run.client(site())).events.length
    const { code, stdout, stderr } = await run.children.consilium('client', 'score', '--config', places.config(site()), '--stage', 'logistic').ended
    expect(code).toBe(0)
    const [header, ...rows] = stdout.trim().split('\n')
    expect(header).toBe('id,logit,probability')
    expect(rows.length).toBeGreaterThan(20)
    expect(stderr).toMatch(/rows scored with logistic/)
    // The daemon scored its held-out rows with the same bits.
    const daemon = readFileSync(join(places.data(site()), 'blobs', 'scores-logistic.csv'), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
    expect(daemon.length).toBeGreaterThan(5)
    expect(daemon.filter((line) => !rows.includes(line))).toEqual([])
    expect((await run.client(site())).events).toHaveLength(before)
  })

  test('broken rows of a CSV file are named by file, line and column, and the rest of the file is used', async () => {
    const log = run.log(spoilt())
    for (const [line, column] of SPOILT) expect(log).toMatch(new RegExp(`claim\\.csv:${line} ${column}: `))
    expect((await run.client(spoilt())).events.filter((e) => e.kind === 'contributed')).toHaveLength(7)
    const { code, stderr } = await run.children.consilium('client', 'score', '--config', places.config(spoilt()), '--stage', 'logistic').ended
    expect(code).toBe(0)
    expect(stderr).toMatch(/claim\.csv:5 total_amt/)
    expect(stderr).toMatch(/; [1-9][0-9]* rows refused/)
  })
})
