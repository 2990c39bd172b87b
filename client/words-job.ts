// A job and its first plan in plain words: what is computed in which order, what it reads, what opens to whom, who takes part, and what this
// site's policy says about each point.
import type { HospitalId } from '../core/ids.ts'
import { taskByName, taskNames } from '../models/index.ts'
import { type JobSpec, jobHash, type Plan, type Stage } from '../privacy/messages.ts'
import { columnsOf, jobShapes, type StageShape } from './job-shape.ts'
import { count, fact, judged, type Line, momentText, namesOf, percent, type Section, say, warning } from './plain-words.ts'
import { jobFindings, type Policy, type PolicyFinding, policyFindings } from './policy.ts'
import { AUDIENCE, cosigningWords, opennessOf, PRIVACY_WORDS, readsHeldOut, taskWords } from './words-tasks.ts'

export interface JobWords {
  readonly spec: JobSpec
  /** The first plan, or the last one of a job under way; null where none came yet. */
  readonly plan: Plan | null
  readonly hospital: HospitalId
  readonly policy: Policy
  readonly nowMs: number
  /** Lists the columns of each feature set. */
  readonly columns: boolean
}

export function jobSections(about: JobWords): readonly Section[] {
  const { spec, plan } = about
  const contributors = plan?.groups[plan.key.group]?.length ?? about.policy.minCohort
  const shapes = jobShapes(spec, contributors)
  const findings = jobFindings(about.policy, spec)
  return [
    {
      heading: say(`Job ${jobHash(spec)} of ${spec.federation}`, `${spec.federation} 的作业 ${jobHash(spec)}`),
      lines: [
        fact(
          `${spec.stages.length} stages one after the other, after a first step that draws common random numbers and reads no records`,
          `先抽取公共随机数（不读取记录），随后依次进行 ${spec.stages.length} 个阶段`,
        ),
      ],
    },
    ...spec.stages.map((stage, i) => stageSection(stage, i, spec, shapes[i] ?? null, findings[i] ?? [])),
    ...(plan ? [cohortSection(about, plan)] : []),
    ownRulesSection(about),
    ...(about.columns ? spec.featureSets.map(columnSection) : []),
  ]
}

export const jobDecision = (): Section => ({
  heading: say('What you decide', '由您决定'),
  lines: [
    fact(
      'approve: this site takes part in every step of this job that its policy allows; an approval is not taken back',
      '批准：本院参与此作业中策略允许的每一步；批准不可撤回',
    ),
    fact(
      'refuse: this site tells the regulator that it refuses, by code only, and contributes nothing to this job',
      '拒绝：本院仅以代码告知监管方拒绝，不为此作业提供任何贡献',
    ),
  ],
})

function stageSection(stage: Stage, index: number, spec: JobSpec, shape: StageShape | null, findings: readonly PolicyFinding[]): Section {
  const does = taskWords(stage)
  const privacy = PRIVACY_WORDS[stage.privacy]
  return {
    heading: say(`${index + 1}. ${stage.name} (task ${stage.task})`, `${index + 1}. ${stage.name}（任务 ${stage.task}）`),
    lines: [
      fact(does.en, does.zh),
      ...readsLines(stage, spec),
      ...opensLines(stage, shape),
      ...cellLines(stage),
      fact(`privacy ${privacy.en}`, `隐私方式：${privacy.zh}`),
      ...(stage.publish
        ? [
            fact(
              'afterwards each hospital scores its own held-out rows with the result; the scores stay at the hospital',
              '完成后各医院用其结果为自己的留出行打分；分数留在院内',
            ),
          ]
        : []),
      ...findings.map((finding) => judged(finding.ok, finding)),
    ],
  }
}

function readsLines(stage: Stage, spec: JobSpec): readonly Line[] {
  const { featureSet, boundary, heldOutPercent, rowCap } = stage.inputs
  const columns = columnsOf(stage, spec).length
  const part = readsHeldOut(stage.task)
    ? say(`the held-out rows, about ${percent(heldOutPercent)}, split by person or provider`, `留出的约 ${percent(heldOutPercent)} 行（按人员或机构划分）`)
    : say(
        `the rows for training, about ${percent(100 - heldOutPercent)}, split by person or provider`,
        `用于训练的约 ${percent(100 - heldOutPercent)} 行（按人员或机构划分）`,
      )
  const from = namesOf(stage.upstream)
  return [
    fact(
      `reads feature set ${featureSet} (${columns} columns) of the extract frozen at the end of ${boundary}: ${part.en}, at most ${count(rowCap)} rows a hospital`,
      `读取 ${boundary} 末冻结的数据中特征集 ${featureSet}（${columns} 列）：${part.zh}，每家医院至多 ${count(rowCap)} 行`,
    ),
    ...(stage.upstream.length > 0 ? [fact(`builds on the results of: ${from.en}`, `基于以下阶段的结果：${from.zh}`)] : []),
  ]
}

function opensLines(stage: Stage, shape: StageShape | null): readonly Line[] {
  const openness = opennessOf(stage.task)
  if (!openness) return []
  const to = AUDIENCE[openness.audience]
  const rounds = shape?.rounds
  const times =
    rounds === 1 ? say('once', '仅一次') : rounds ? say(`in each of at most ${rounds} rounds`, `至多 ${rounds} 轮，每轮`) : say('in each round', '每轮')
  if (shape?.numbers == null)
    return [warning(`what opens is known when the stage begins; it opens to: ${to.en}`, `公开的数目在该阶段开始时才知道；公开给：${to.zh}`)]
  return [
    fact(
      `opens ${times.en}: ${count(shape.numbers)} numbers, each the sum over all hospitals that take part, to ${to.en}`,
      `${times.zh}公开 ${count(shape.numbers)} 个数，每个都是全部参与医院之和；公开给${to.zh}`,
    ),
  ]
}

function cellLines({ task, params }: Stage): readonly Line[] {
  const cells = taskNames().includes(task) ? quietly(() => taskByName(task).cells(params)) : null
  if (!cells) return []
  return [
    fact(
      `asks that no cell opens with fewer than ${cells.persons} persons or from fewer than ${cells.hospitals} hospitals`,
      `要求不公开少于 ${cells.persons} 人或少于 ${cells.hospitals} 家医院的单元`,
    ),
  ]
}

function quietly<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    return null
  }
}

function cohortSection({ spec, policy, hospital, nowMs }: JobWords, plan: Plan): Section {
  const cohort = plan.groups[plan.key.group] ?? []
  const { en, zh } = namesOf(cohort)
  const stage = plan.task === 'randomness' ? say('common random numbers', '公共随机数') : say(plan.stage, plan.stage)
  const over = plan.deadlineMs <= nowMs
  const signing = cosigningWords(plan.cosigning)
  return {
    heading: say(`Who takes part (plan of step ${plan.key.step}: ${stage.en})`, `参与方（第 ${plan.key.step} 步计划：${stage.zh}）`),
    lines: [
      fact(`${cohort.length} hospitals: ${en}`, `${cohort.length} 家医院：${zh}`),
      ...(plan.groups.length > 1
        ? [fact(`in ${plan.groups.length} groups; each group's sum opens alone`, `分为 ${plan.groups.length} 组；各组之和分别公开`)]
        : []),
      ...(cohort.includes(hospital) ? [] : [warning('this hospital is not among them', '本院不在其中')]),
      fact(`nothing opens with fewer than ${plan.minCohort} of them`, `少于 ${plan.minCohort} 家时不公开任何结果`),
      fact(
        `the step waits for contributions until ${momentText(plan.deadlineMs)}${over ? ', which is over' : ''}`,
        `本步等待贡献至 ${momentText(plan.deadlineMs)}${over ? '（已过）' : ''}`,
      ),
      fact(`co-signing ${signing.en}`, `联署方式：${signing.zh}`),
      ...policyFindings(policy, plan, spec).map((finding) => judged(finding.ok, finding)),
    ],
  }
}

/** What this site's policy says besides allowing and refusing. */
function ownRulesSection({ policy, spec }: JobWords): Section {
  const tasks = [...new Set(spec.stages.map((s) => s.task))]
  const asks = namesOf(tasks.filter((task) => policy.tasks[task]?.consent === 'ask'))
  return {
    heading: say("This hospital's own rules", '本院自己的规则'),
    lines: [
      fact(`tasks that wait for a person: ${asks.en}`, `需由人批准的任务：${asks.zh}`),
      policy.hours === undefined
        ? fact('computes at any hour', '任何时段均可计算')
        : fact(`computes only in the hours ${policy.hours}, local time; waits outside of them`, `仅在本地时间 ${policy.hours} 计算；其余时段等待`),
      fact(`contributes to at most ${count(policy.stepsPerDay)} steps a day, of all jobs together`, `所有作业合计每天至多参与 ${count(policy.stepsPerDay)} 步`),
      fact(
        `exact statistics: at most ${count(policy.exact.jobsPerSnapshot)} jobs and ${count(policy.exact.valuesPerSnapshot)} numbers of one frozen extract`,
        `精确统计：每份冻结数据至多 ${count(policy.exact.jobsPerSnapshot)} 个作业、${count(policy.exact.valuesPerSnapshot)} 个数`,
      ),
    ],
  }
}

const columnSection = ({ name, columns }: JobSpec['featureSets'][number]): Section => ({
  heading: say(`Columns of ${name}`, `${name} 的列`),
  lines: columns.map((c) =>
    fact(`${c.name}: ${c.en}; from ${c.low} to ${c.high}${unitOf(c.unit)}`, `${c.name}：${c.zh}；${c.low} 至 ${c.high}${unitOf(c.unit)}`),
  ),
})
/** `1` is the unit of what has none. */
const unitOf = (unit: string): string => (unit === '' || unit === '1' ? '' : ` ${unit}`)
