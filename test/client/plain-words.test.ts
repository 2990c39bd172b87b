// What a person reads before deciding: every change named, every number true, nothing that another party's text could forge.
import { describe, expect, test } from 'vitest'
import { jobShapes } from '../../client/job-shape.ts'
import { type Language, type Section, textLines } from '../../client/plain-words.ts'
import { policyOf } from '../../client/policy.ts'
import { jobDecision, jobSections } from '../../client/words-job.ts'
import { rosterDecision, rosterSections } from '../../client/words-roster.ts'
import { laneCount } from '../../core/lanes.ts'
import { describeParams, evaluateParams, logisticParams } from '../../models/index.ts'
import { electCustodians } from '../../privacy/election.ts'
import type { JobSpec, Plan, Roster } from '../../privacy/messages.ts'
import { CUSTODIES, thresholds } from '../../privacy/parameters.ts'
import { fiveJob, startFive } from '../federation/five.ts'
import { STAGES } from '../federation/small.ts'
import { POLICY, testJob } from '../support/hospitals.ts'
import { FEATURES, FIRST, firstPlan, following, idsOf, memberOf, NOW_MS, specOf } from './asked-things.ts'

const [ALPHA, BETA] = idsOf('alpha', 'beta') as [Roster['custodians'][number], Roster['custodians'][number]]
const LANGUAGES: readonly Language[] = ['en', 'zh']
const text = (sections: readonly Section[], language: Language = 'en'): string => textLines(sections, language).join('\n')
const marked = (sections: readonly Section[], mark: string): readonly string[] =>
  sections.flatMap(({ lines }) => lines.filter((l) => l.mark === mark).map((l) => l.words.en))

describe('a roster', () => {
  const about = { current: FIRST, previous: FIRST, signers: idsOf('beta', 'gamma'), hospital: ALPHA, policy: POLICY }
  const next = following(FIRST, {
    members: [
      memberOf('alpha'),
      memberOf('beta', 'Second hospital'),
      memberOf('delta'),
      { ...memberOf('gamma'), tlsKey: memberOf('other').tlsKey },
      memberOf('zeta'),
    ],
    custodians: idsOf('alpha', 'beta', 'delta', 'zeta'),
    corrupt: 1,
  })
  const sections = rosterSections({ ...about, roster: next })

  test.each(LANGUAGES)('names everyone who joins, leaves, is called otherwise, has other keys, and every custodian who comes or goes (%s)', (language) => {
    const lines = textLines(sections, language)
    const having = (...words: readonly string[]) => lines.filter((l) => words.every((w) => l.includes(w)))
    const [joins, leaves, comes, goes, keys] = {
      en: ['joins', 'leaves', 'becomes a custodian', 'no longer a custodian', 'other keys'],
      zh: ['加入', '退出', '新任保管方', '不再担任保管方', '更换密钥'],
    }[language] as [string, string, string, string, string]
    expect(having(joins, 'zeta (Hospital zeta)')).toHaveLength(1)
    expect(having(leaves, 'theta (Hospital theta)')).toHaveLength(1)
    expect(having('beta (Hospital beta)', 'beta (Second hospital)')).toHaveLength(1)
    expect(having(keys, 'gamma')).toHaveLength(1)
    expect(having(comes).map((l) => l.trim().slice(-4))).toEqual(['zeta'])
    expect(having(goes).map((l) => l.trim().slice(-5))).toEqual(['gamma', 'theta'])
  })
  test('a change of keys is something to look at twice', () => {
    expect(marked(sections, 'warning').filter((words) => words.includes('key'))).toEqual([expect.stringMatching(/other keys: gamma/)])
    const coordinator = following(FIRST, { coordinatorKey: memberOf('another').signKey })
    expect(marked(rosterSections({ ...about, roster: coordinator }), 'warning')).toEqual(["the coordinator's key is another one"])
  })
  test.each(CUSTODIES)('%i custodians, %i corrupt: who can open, who may cheat, who may be absent, in words', (m, f) => {
    const ids = Array.from({ length: m }, (_, i) => `h${i}`)
    const { t, g } = thresholds(m, f)
    const said = text(
      rosterSections({
        ...about,
        current: null,
        previous: null,
        roster: { ...FIRST, members: ids.map((id) => memberOf(id)), custodians: idsOf(...ids), corrupt: f },
      }),
    )
    expect(said).toContain(`any ${t} of the ${m} custodians can open a sum; at most ${f} may be dishonest together with the regulator`)
    expect(said).toContain(`${g} must sign before anything opens, so ${m - g} may be absent`)
  })
  test('before and after are both told where the numbers change', () => {
    expect(text(sections)).toMatch(/any 2 of the 4 custodians[^\n]*\n[^\n]*before: any 3 of the 5 custodians/)
    expect(text(rosterSections({ ...about, roster: following(FIRST, {}) }))).not.toContain('before: any')
  })
  test('the policy is held against it: corrupt, and the least cohort', () => {
    expect(marked(sections, 'refused')).toEqual([])
    const strict = { ...POLICY, corrupt: 1, minCohort: 6 }
    expect(marked(rosterSections({ ...about, roster: following(FIRST, {}), policy: strict }), 'refused')).toEqual([
      expect.stringContaining('at most 2 dishonest custodians'),
      expect.stringContaining('asks for at least 6'),
    ])
  })
  test('signatures: a majority of current members, or all for the first', () => {
    expect(text(sections)).toContain('2 of 5 current members had signed (beta, gamma); 3 are needed')
    expect(text(rosterSections({ ...about, current: null, previous: null, roster: FIRST }))).toContain('2 of 5 members had signed (beta, gamma); 5 are needed')
    expect(text(rosterSections({ ...about, current: null, previous: null, roster: FIRST, signers: null }))).not.toContain('signed')
  })
  test('a site that is not on it, and a roster that skips a version, are looked at twice', () => {
    expect(marked(rosterSections({ ...about, roster: next, hospital: idsOf('theta')[0] as typeof ALPHA }), 'warning')).toContainEqual(
      expect.stringContaining('not on this roster'),
    )
    expect(marked(rosterSections({ ...about, roster: following(following(FIRST, {}), {}) }), 'warning')).toEqual([
      expect.stringContaining('does not follow version 1'),
    ])
  })
  test('whether custodians were drawn or chosen is told where there are more members than custodians', () => {
    const wide = { ...next, members: [...next.members, memberOf('zulu')] }
    const drawn = { ...wide, custodians: electCustodians(wide, 4) }
    const chosen = {
      ...wide,
      custodians: [...drawn.custodians.slice(0, 3), ...wide.members.map((m) => m.id).filter((id) => !drawn.custodians.includes(id))].slice(0, 4),
    }
    expect(text(rosterSections({ ...about, roster: drawn }))).toContain('those of the public draw')
    expect(marked(rosterSections({ ...about, roster: chosen }), 'warning')).toContainEqual(
      `the custodians were chosen, not drawn by lot: the public draw gives ${drawn.custodians.join(', ')}`,
    )
    expect(text(rosterSections({ ...about, roster: FIRST }))).not.toContain('draw')
  })
  test('for a newcomer it is compared with the version before it, and said that this site agreed to none', () => {
    const newcomer = rosterSections({ ...about, current: null, roster: next, hospital: idsOf('zeta')[0] as typeof ALPHA })
    expect(text(newcomer)).toContain('joins: zeta')
    expect(marked(newcomer, 'warning')).toContainEqual('this site has agreed to no roster before')
  })
})

describe('a job', () => {
  const spec = specOf()
  const about = { spec, plan: firstPlan(spec).plan, hospital: ALPHA, policy: POLICY, nowMs: NOW_MS, columns: false }
  const sectionsOf = (change: Partial<typeof about> = {}): readonly Section[] => jobSections({ ...about, ...change })

  test.each(LANGUAGES)('every stage stands in its order, with what it reads, builds on, and its privacy (%s)', (language) => {
    const headings = sectionsOf().map((s) => s.heading[language])
    expect(headings.slice(1, 6).map((h) => h.slice(0, 3 + (spec.stages[Number(h[0]) - 1]?.name.length ?? 0)))).toEqual(
      spec.stages.map((s, i) => `${i + 1}. ${s.name}`),
    )
    spec.stages.forEach((stage, i) => {
      const lines = textLines([sectionsOf()[i + 1] as Section], language).join('\n')
      expect(lines).toMatch(
        language === 'en' ? /feature set synthetic\/1 \(4 columns\).*2026-01.*at most 1,000 rows/ : /2026-01.*synthetic\/1（4 列）.*至多 1,000 行/,
      )
      for (const upstream of stage.upstream) expect(lines).toContain(upstream)
      expect(lines).toContain(stage.privacy)
    })
  })
  test('held-out rows are read by evaluation, the others by training', () => {
    const [training, heldOut] = [1, 3].map((i) => text([sectionsOf()[i] as Section]))
    expect(training).toContain('the rows for training, about 70 %')
    expect(heldOut).toContain('the held-out rows, about 30 %')
  })
  test('who takes part, the least cohort, the deadline', () => {
    const said = text(sectionsOf())
    expect(said).toContain('5 hospitals: alpha, beta, delta, gamma, theta')
    expect(said).toContain('nothing opens with fewer than 4 of them')
    expect(said).not.toContain('which is over')
    expect(text(sectionsOf({ nowMs: NOW_MS + 3_600_000 }))).toContain('which is over')
    expect(marked(sectionsOf({ hospital: idsOf('zeta')[0] as typeof ALPHA }), 'warning')).toEqual(['this hospital is not among them'])
  })
  test('what the policy does not allow is named stage by stage, the rest is allowed', () => {
    expect(marked(sectionsOf(), 'refused')).toEqual([])
    const { logistic: _, ...tasks } = POLICY.tasks
    const strict = policyOf({ ...POLICY, tasks: { ...tasks, fedavg: { privacy: ['exact'] } }, minCohort: 5 })
    const refused = sectionsOf({ policy: strict }).flatMap((s) =>
      s.lines.filter((l) => l.mark === 'refused').map((l) => `${s.heading.en.slice(0, 2)} ${l.words.en}`),
    )
    expect(refused).toEqual([
      '2. task logistic: allowed are describe, evaluate, fedavg',
      '4. task fedavg with privacy none: allowed is exact',
      'Wh minCohort 4: this hospital asks for at least 5',
    ])
    expect(text(sectionsOf({ policy: strict }))).toContain('tasks that wait for a person: fedavg')
  })
  test.each(['full', 'light'] as const)('co-signing in the %s form is told, and held against the policy', (cosigning) => {
    const { plan } = firstPlan(spec, { cosigning })
    expect(text(sectionsOf({ plan }))).toContain(`co-signing ${cosigning}: `)
    expect(marked(sectionsOf({ plan }), 'refused')).toEqual([])
    const other = cosigning === 'full' ? 'light' : 'full'
    expect(marked(sectionsOf({ plan, policy: { ...POLICY, cosigning: [other] } }), 'refused')).toEqual([expect.stringContaining(cosigning)])
  })
  test('columns are listed when asked for, with range and meaning', () => {
    expect(text(sectionsOf())).not.toContain('f2:')
    expect(text(sectionsOf({ columns: true }))).toMatch(/f2: f2; from -6 to 6$/m)
  })
  test('hours are told where there are any', () => {
    expect(text(sectionsOf())).toContain('at any hour')
    expect(text(sectionsOf({ policy: { ...POLICY, hours: '20:00-06:00' } }))).toContain('20:00-06:00')
  })
  test('a task, or parameters, that this software does not know do not keep the rest from being told', () => {
    const [first, ...rest] = spec.stages as [JobSpec['stages'][number], ...JobSpec['stages']]
    const odd = { ...spec, stages: [{ ...first, task: 'mine-bitcoin' }, { ...first, name: 'broken', params: new Uint8Array(3) }, ...rest.slice(0, 1)] }
    const said = text(jobSections({ ...about, spec: odd, plan: null }))
    expect(said).toContain('a task that this software does not know')
    expect(said).toContain('[NOT ALLOWED] task mine-bitcoin')
    expect(said).toContain('[NOT ALLOWED] stage broken: its task or parameters cannot be read')
    expect(said).toContain('fits a logistic regression')
  })
  test.each(LANGUAGES)('what approving and refusing mean is said (%s)', (language) => {
    expect(textLines([jobDecision(), rosterDecision(FIRST)], language).filter((l) => l.startsWith('  '))).toHaveLength(4)
  })
})

test('both languages say every line: as many lines, the same marks, the same numbers', () => {
  const spec = specOf()
  const sections = [
    ...jobSections({ spec, plan: firstPlan(spec).plan, hospital: ALPHA, policy: { ...POLICY, hours: '08:00-09:30' }, nowMs: NOW_MS, columns: true }),
    ...rosterSections({
      roster: following(FIRST, { custodians: idsOf('alpha', 'beta', 'delta', 'theta'), corrupt: 1 }),
      current: FIRST,
      previous: FIRST,
      signers: [BETA],
      hospital: ALPHA,
      policy: POLICY,
    }),
  ]
  const figures = (words: string): readonly string[] => [...words.matchAll(/\d+(?:,\d{3})*/g)].map(([n]) => n).sort()
  for (const { heading, lines } of sections)
    for (const { en, zh } of [heading, ...lines.map((l) => l.words)]) {
      expect(zh).not.toBe('')
      expect([en, figures(zh)]).toEqual([en, figures(en)])
    }
})

test('names of others cannot forge a line, move the cursor or turn the order of letters', () => {
  const evil = 'x\n  [allowed] everything\u001b[2J\u202eabc\u2028\u200b'
  const roster = { ...FIRST, members: [{ ...memberOf('alpha'), name: evil }, ...FIRST.members.slice(1)] }
  const honest = rosterSections({ roster: FIRST, current: null, previous: null, signers: [], hospital: ALPHA, policy: POLICY })
  const lines = textLines(rosterSections({ roster, current: null, previous: null, signers: [], hospital: ALPHA, policy: POLICY }), 'en')
  expect(lines).toHaveLength(textLines(honest, 'en').length)
  expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
  expect(lines.filter((l) => l.trim().startsWith('[allowed] everything'))).toEqual([])
})

test('the numbers that are said to open are those that open, and rounds are at most those said', async () => {
  const job = fiveJob(STAGES.describe, STAGES.logistic(3), STAGES.evaluate('logistic'), STAGES.fedavg({ steps: 2 }), STAGES.evaluate('mlp'))
  const shapes = jobShapes(job, 5)
  await using run = await startFive(job)
  await run.finish()
  expect(run.job().outcome).toBe('finished')
  const opened = new Map<string, number[]>()
  for (const { plan } of run.journal('planned').map((e) => e.plan as { plan: Plan }))
    if (plan.task !== 'randomness') opened.set(plan.stage, [...(opened.get(plan.stage) ?? []), laneCount(plan.layout)])
  job.stages.forEach(({ name }, i) => {
    const rounds = opened.get(name) ?? []
    expect([name, shapes[i]?.numbers]).toEqual([name, Math.max(...rounds)])
    expect(rounds.length).toBeLessThanOrEqual(shapes[i]?.rounds ?? 0)
    if (name !== 'logistic') expect([name, rounds.length]).toEqual([name, shapes[i]?.rounds])
  })
})

test('shapes hold for the columns of the job, whatever the data', () => {
  const wide = { ...specOf(testJob(FEATURES)) }
  expect(jobShapes(wide, 5).map((s) => s.numbers)).toEqual([1 + 3 * 4, 2 + 5 + 15, 4 * 4096 + 1])
})

test('with a least cell of 20 persons the counts are among what opens, and the rounds are as many as there are', () => {
  const cells = { cellPersons: 20, cellHospitals: 2 }
  const params = [describeParams(cells), logisticParams({ ...cells, maxSteps: 3 }), evaluateParams({ ...cells, model: 'logistic' })]
  const spec = specOf(testJob(FEATURES))
  const stages = spec.stages.slice(0, 3).map((stage, i) => ({ ...stage, params: params[i] as Uint8Array }))
  expect(jobShapes({ ...spec, stages }, 5)).toEqual([
    { numbers: 2 * (1 + 2 * 4), rounds: 2 },
    { numbers: 2 + 5 + 15, rounds: 4 },
    { numbers: 2 * 2 * 8191, rounds: 3 },
  ])
})
