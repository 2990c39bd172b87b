// consilium client policy check: holds a plan, a job's specification or a job in YAML against this site's policy, rule by rule. Needs no daemon.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { z } from 'zod'
import { parseAskedJob } from '../client/asked.ts'
import { askedJob } from '../client/decisions.ts'
import { judged, type Language, type Section, say } from '../client/plain-words.ts'
import { cohortFinding, jobFindings, type Policy, type PolicyFinding, policyFindings } from '../client/policy.ts'
import { type Codec, decode, fixed, struct } from '../core/codec.ts'
import { isRefusal, refuse } from '../core/errors.ts'
import { type JobSpec, jobSpec, type Plan, plan, signedPlan } from '../privacy/messages.ts'
import { askedAt, askedBytes, printSections } from './client-decide.ts'
import { openSite, readJournal, readSite, type Site } from './client-site.ts'
import { jobConfig, toJobOptions } from './config/job.ts'
import { readConfig } from './config/read.ts'

export interface PolicyCheckArguments {
  config: string
  plan: string
  lang: Language
}

export async function checkPolicyFile(args: PolicyCheckArguments): Promise<void> {
  const site = readSite(args.config)
  const checked = await findingsOf(readFile(args.plan), args.plan, site)
  printSections(
    checked.map(({ heading, findings }) => ({
      heading,
      lines: findings.map(({ rule, ok, en, zh }) => judged(ok, { en: `${rule}: ${en}`, zh: `${rule}：${zh}` })),
    })),
    args.lang,
  )
  const broken = checked.flatMap(({ findings }) => findings.filter((f) => !f.ok).map((f) => f.rule))
  if (broken.length > 0)
    throw refuse('POLICY', `${broken.length} ${broken.length === 1 ? 'rule does' : 'rules do'} not allow it: ${[...new Set(broken)].join(', ')}`)
}

interface Checked extends Pick<Section, 'heading'> {
  readonly findings: readonly PolicyFinding[]
}

const LONGEST_FILE_BYTES = 64 * 2 ** 20
function readFile(file: string): Uint8Array {
  try {
    if (statSync(file).size > LONGEST_FILE_BYTES) throw refuse('BAD_DATA', `${file}: longer than ${LONGEST_FILE_BYTES} bytes`)
    return new Uint8Array(readFileSync(file))
  } catch (error) {
    throw isRefusal(error) ? error : refuse('BAD_DATA', `${file} cannot be read`, error)
  }
}

/** The forms a plan or a job comes in; canonical bytes of one are never those of another. */
async function findingsOf(bytes: Uint8Array, file: string, site: Site): Promise<readonly Checked[]> {
  const { policy } = site.config
  const asked = decoded(askedJob, bytes)
  if (asked) return [...ofSpec(policy, asked.spec), ofPlan(policy, asked.plan.plan, asked.spec)]
  const spec = decoded(jobSpec, bytes) ?? decoded(struct({ spec: jobSpec, signature: fixed(64) }), bytes)?.spec
  if (spec) return ofSpec(policy, spec)
  const planned = decoded(signedPlan, bytes)?.plan ?? decoded(plan, bytes)
  if (planned) return [ofPlan(policy, planned, await specOf(planned, site))]
  if (bytes.includes(0)) throw refuse('BAD_DATA', `${file} is neither a plan, nor a specification of a job, nor a job in YAML`)
  const job = readJob(file)
  const { stages, minCohort } = toJobOptions(job)
  return [{ heading: say('Cohort', '参与方'), findings: [cohortFinding(policy, minCohort)] }, ...ofSpec(policy, { stages })]
}

function decoded<T>(codec: Codec<T>, bytes: Uint8Array): T | null {
  try {
    return decode(codec, bytes)
  } catch (error) {
    if (isRefusal(error)) return null
    throw error
  }
}

/** A whole configuration of a coordinator, or its `job:` section alone. */
function readJob(file: string): z.output<typeof jobConfig> {
  const document = readConfig(z.looseObject({}), file)
  return 'job' in document ? readConfig(z.looseObject({ job: jobConfig }), file).job : readConfig(jobConfig, file)
}

const ofSpec = (policy: Policy, spec: Pick<JobSpec, 'stages'>): readonly Checked[] =>
  jobFindings(policy, spec).map((findings, i) => {
    const name = spec.stages[i]?.name ?? ''
    return { heading: say(`Stage ${name}`, `阶段 ${name}`), findings }
  })

function ofPlan(policy: Policy, planned: Plan, spec: JobSpec | null): Checked {
  const heading = say(`Plan of step ${planned.key.step} (${planned.stage})`, `第 ${planned.key.step} 步的计划（${planned.stage}）`)
  return { heading, findings: spec ? policyFindings(policy, planned, spec) : [UNKNOWN_JOB] }
}

/** What cannot be held against the policy is not allowed by it. */
const UNKNOWN_JOB: PolicyFinding = {
  rule: 'specification',
  ok: false,
  en: "the specification of the plan's job is not known at this site: give the specification, or the .ask file of the job",
  zh: '本院不知道该计划所属作业的说明：请提供作业说明，或该作业的 .ask 文件',
}

async function specOf(planned: Plan, site: Site): Promise<JobSpec | null> {
  if (!existsSync(site.data)) return null
  const asked = askedAt(site, 'job').find((a) => a.hash === planned.key.job)
  if (asked) return parseAskedJob(asked.hash, askedBytes(site, asked)).spec
  await using store = openSite(site)
  try {
    return (await readJournal(store)).state.jobs.get(planned.key.job)?.spec ?? null
  } catch (error) {
    if (isRefusal(error, 'NOT_FOUND')) return null
    throw error
  }
}
