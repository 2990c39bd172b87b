// consilium client plan show: jobs that wait for a person, then jobs under way with their last plan. From the files of the site: also while the daemon runs.
import { parseAskedJob } from '../client/asked.ts'
import type { Asked } from '../client/decision-files.ts'
import { line, type Section, say } from '../client/plain-words.ts'
import type { ClientJob, ClientState } from '../client/state.ts'
import { type JobWords, jobDecision, jobSections } from '../client/words-job.ts'
import { systemClock } from '../core/clock.ts'
import type { Plan } from '../privacy/index.ts'
import { askedAt, askedBytes, decidedText, printSections, type ShowArguments } from './client-decide.ts'
import { openSite, readJournal, readSite, type Site, timeText } from './client-site.ts'

export interface PlanShowArguments extends ShowArguments {
  columns: boolean
}

export async function printPlans(args: PlanShowArguments): Promise<void> {
  const site = readSite(args.config)
  await using store = openSite(site)
  const { state } = await readJournal(store)
  const asked = askedAt(site, 'job')
  const words = { hospital: site.config.hospital, policy: site.config.policy, nowMs: systemClock.now(), columns: args.columns }
  const waiting = asked.filter((a) => a.decided === null).flatMap((a) => waitingSections(site, a, words))
  const underWay = [...state.jobs.values()].filter((job) => isUnderWay(job, asked)).flatMap((job) => underWaySections(job, state, asked, words))
  const refused = asked.flatMap((a) => (a.decided?.decision === 'refuse' ? [refusedLine(a)] : []))
  const sections = [...waiting, ...underWay, ...(refused.length > 0 ? [{ heading: say('Refused', '已拒绝'), lines: refused }] : [])]
  printSections(
    sections.length > 0
      ? sections
      : [{ heading: say('No job waits for a person, and none is under way.', '没有等待批准的作业，也没有进行中的作业。'), lines: [] }],
    args.lang,
  )
}

type SiteWords = Omit<JobWords, 'spec' | 'plan'>

function waitingSections(site: Site, asked: Asked, words: SiteWords): readonly Section[] {
  const { spec, plan } = parseAskedJob(asked.hash, askedBytes(site, asked))
  const short = asked.hash.slice(0, 16)
  return [
    {
      heading: say('WAITS FOR A PERSON', '等待批准'),
      lines: [
        line('warning', `asked since ${timeText(asked.askedMs)} UTC`, `自 ${timeText(asked.askedMs)} UTC 起等待`),
        line('fact', `consilium client plan approve --config FILE ${short}`, `批准：consilium client plan approve --config 文件 ${short}`),
        line('fact', `consilium client plan refuse --config FILE ${short}`, `拒绝：consilium client plan refuse --config 文件 ${short}`),
      ],
    },
    ...jobSections({ ...words, spec, plan: plan.plan }),
    jobDecision(),
  ]
}

/** Neither finished, nor waiting, nor refused by a person. */
const isUnderWay = (job: ClientJob, asked: readonly Asked[]): boolean =>
  job.stage < job.spec.stages.length && !asked.some((a) => a.hash === job.hash && a.decided?.decision !== 'approve')

function underWaySections(job: ClientJob, state: ClientState, asked: readonly Asked[], words: SiteWords): readonly Section[] {
  const decided = asked.find((a) => a.hash === job.hash)?.decided
  const by = decided ? say(decidedText(decided), decidedText(decided)) : say('followed by itself, as the policy says', '按策略自动参与')
  return [
    { heading: say('UNDER WAY', '进行中'), lines: [line('fact', by.en, by.zh), line('fact', `${job.step} steps are done`, `已完成 ${job.step} 步`)] },
    ...jobSections({ ...words, spec: job.spec, plan: lastPlan(job, state) }),
  ]
}

function lastPlan(job: ClientJob, state: ClientState): Plan | null {
  const plans = [...state.steps.values()].flatMap(({ key, plan }) => (plan && key.job === job.hash ? [plan] : []))
  return plans.reduce<Plan | null>((last, plan) => (last && last.key.step >= plan.key.step ? last : plan), null)
}

const refusedLine = (asked: Asked) =>
  line(
    'fact',
    `job ${asked.hash.slice(0, 16)} ${asked.decided ? decidedText(asked.decided) : ''}`,
    `作业 ${asked.hash.slice(0, 16)} ${asked.decided ? decidedText(asked.decided) : ''}`,
  )
