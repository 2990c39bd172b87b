// A hospital's configuration file. Every key is named here; any other is refused.
import { z } from 'zod'
import { policySchema } from '../../client/index.ts'
import { hospital } from './coordinator.ts'

export const clientConfig = z.strictObject({
  hospital,
  name: z.string().min(1).max(200),
  /** Folder of the journal, the frozen extracts, the key store and the scores. */
  data: z.string(),
  passphraseFile: z.string(),
  /** The file the regulator handed over; needed until the hospital is enrolled, and for the authority that it pins. */
  invitation: z.string(),
  source: z.discriminatedUnion('kind', [z.strictObject({ kind: z.literal('csv'), path: z.string(), encoding: z.enum(['utf-8', 'gb18030']).default('utf-8') })]),
  featureSet: z.string(),
  policy: policySchema,
})
export type ClientConfig = z.output<typeof clientConfig>
