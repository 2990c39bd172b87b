// What a daemon prints on standard output with `--progress json`, one record a line: for launchers, dashboards and tests.
// Only what the audit log shows too: names, counts, bytes, times, released figures.
import { z } from 'zod'

const hospital = z.string()
const step = z.strictObject({
  kind: z.literal('step'),
  step: z.int(),
  stage: z.string(),
  stageStep: z.int(),
  event: z.enum([
    'planned',
    'contributed',
    'refused',
    'paused',
    'closed',
    'checked',
    'stated',
    'certified',
    'answered',
    'opened',
    'cosigned',
    'released',
    'retired',
    'abandoned',
    'stored',
  ]),
  /** who did it, where one party did */
  member: hospital.optional(),
  code: z.string().optional(),
  /** who is missing (paused), or is on the roll (stated) */
  members: z.array(hospital).optional(),
  /** who signed (certified) or co-signed (released) */
  custodians: z.array(hospital).optional(),
  /** bytes of one contribution (contributed) */
  bytes: z.int().optional(),
  /** since the plan */
  ms: z.int(),
})
export const coordinatorProgress = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('listening'), members: z.string(), enrolment: z.string(), invitations: z.record(hospital, z.string()) }),
  z.strictObject({ kind: z.literal('enrolled'), hospital, count: z.int(), of: z.int() }),
  z.strictObject({ kind: z.literal('roster'), signed: z.int(), of: z.int() }),
  z.strictObject({ kind: z.literal('keyEpoch'), keys: z.int(), of: z.int() }),
  z.strictObject({ kind: z.literal('job'), job: z.string(), stages: z.array(z.string()) }),
  step,
  z.strictObject({ kind: z.literal('evaluation'), stage: z.string(), metrics: z.record(z.string(), z.number()) }),
  z.strictObject({ kind: z.literal('scored'), stage: z.string(), hospital }),
  z.strictObject({ kind: z.literal('finished'), outcome: z.string() }),
])
export type CoordinatorProgress = z.infer<typeof coordinatorProgress>

export const clientProgress = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ready'), hospital, engine: z.string() }),
  z.strictObject({ kind: z.literal('adopted'), step: z.int(), counted: z.boolean() }),
  z.strictObject({ kind: z.literal('scored'), stage: z.string(), file: z.string(), rows: z.int() }),
  z.strictObject({ kind: z.literal('traffic'), bytesUp: z.int(), bytesDown: z.int() }),
  z.strictObject({ kind: z.literal('error'), code: z.string(), message: z.string() }),
])
export type ClientProgress = z.infer<typeof clientProgress>
