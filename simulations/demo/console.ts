// What a person sees while the federation works: one line an event that matters; on a terminal also a line that says what is awaited.
import type { CoordinatorProgress } from '../../core/progress.ts'
import { bytes } from './table.ts'
import { releasedSeconds, type StepTrace, type Trace } from './trace.ts'

export interface Screen {
  line(text: string): void
  /** Replaced by the next line or status; nothing in a plain log. */
  status(text: string): void
}

/** Writes to a terminal or a plain log. */
export function createScreen(stream: NodeJS.WriteStream = process.stdout): Screen {
  let shown = false
  const erase = (): void => {
    if (shown) stream.write('\r\u001b[2K')
    shown = false
  }
  return {
    line(text) {
      erase()
      stream.write(`${text}\n`)
    },
    status(text) {
      if (!stream.isTTY) return
      erase()
      stream.write(text.slice(0, (stream.columns ?? 80) - 1))
      shown = true
    },
  }
}

export const secondsSince = (startedAtMs: number, now = Date.now()): string => `${((now - startedAtMs) / 1000).toFixed(1).padStart(5)} s`

/** One record of the coordinator, told to a person. */
export function tellRecord(screen: Screen, record: CoordinatorProgress, trace: Trace, stepsOfStage: (stage: string) => number | null): void {
  const line = (text: string): void => screen.line(`${secondsSince(trace.startedAtMs)}  ${text}`)
  switch (record.kind) {
    case 'listening':
      return line(
        `coordinator listens on ${record.members} (members, mutual TLS) and ${record.enrolment} (enrolment); ${Object.keys(record.invitations).length} invitations written`,
      )
    case 'enrolled':
      return line(`enrolled ${record.hospital} (${record.count} of ${record.of})`)
    case 'roster':
      return record.signed === record.of ? line(`roster signed by all ${record.of}`) : screen.status(`roster signed by ${record.signed} of ${record.of}`)
    case 'keyEpoch':
      return record.keys === record.of
        ? line(`sealing keys of all ${record.of} custodians published`)
        : screen.status(`sealing keys: ${record.keys} of ${record.of}`)
    case 'job':
      return line(`job ${record.job.slice(0, 12)}: ${record.stages.join(' → ')}`)
    case 'evaluation':
      return line(
        `${record.stage}: AUC ${(record.metrics['auc'] ?? Number.NaN).toFixed(4)}, average precision ${(record.metrics['averagePrecision'] ?? Number.NaN).toFixed(4)} over all held-out rows`,
      )
    case 'finished':
      return line(record.outcome === 'finished' ? 'job finished' : `job ${record.outcome}`)
    case 'scored':
      return line(`${record.hospital} has scored its own held-out rows with ${record.stage}`)
    case 'step':
      return tellStep(screen, line, record, trace, stepsOfStage)
    default:
      return record satisfies never
  }
}

type StepRecord = Extract<CoordinatorProgress, { kind: 'step' }>

function tellStep(screen: Screen, line: (text: string) => void, record: StepRecord, trace: Trace, stepsOfStage: (stage: string) => number | null): void {
  const step = trace.steps.get(record.step)
  if (!step) return
  if (record.event === 'released') return line(releasedText(step, stepsOfStage(step.stage)))
  if (record.event === 'paused') return line(`step ${record.step} ${record.stage}: paused until ${record.members?.join(', ') ?? 'all'} return`)
  if (record.event === 'refused') return line(`step ${record.step} ${record.stage}: ${record.member ?? 'a member'} refused: ${record.code ?? ''}`)
  screen.status(`step ${record.step} ${record.stage}: ${record.event}${record.member ? ` (${record.member})` : ''}, ${step.contributions.length} contributions`)
}

const FEW_BYTES = 0
function releasedText(step: StepTrace, of: number | null): string {
  const contributed = step.contributions.map((c) => c.member).sort()
  const each = step.contributions[0]?.bytes ?? FEW_BYTES
  const stage = `${step.stage}${of === 1 ? '' : ` ${step.stageStep + 1}${of === null ? '' : `/${of}`}`}`
  return `step ${String(step.step).padStart(2)}  ${stage.padEnd(18)}  from ${contributed.join(' ')}, ${bytes(each)} each; certified by ${step.certifiedBy.join(' ')}; ${releasedSeconds(step).toFixed(2)} s`
}
