// What a region is made of. Names of the differences between hospitals are those of the literature on federated learning
// (Kairouz et al., Advances and Open Problems in Federated Learning, 2021, section 3.1).
import { z } from 'zod'
import { refuse } from '../../core/errors.ts'

export const regionSchema = z.strictObject({
  /** The same seed gives the same bytes on every machine. */
  seed: z
    .union([z.string().min(1).max(200), z.int()])
    .transform(String)
    .default('1'),
  /** Claims of all hospitals together, exactly. */
  claims: z.int().min(500).max(100_000).default(16_000),
  hospitals: z.int().min(2).max(64).default(5),
  months: z.int().min(3).max(24).default(6),
  /** First day, +08:00. */
  start: z.iso.date().default('2025-01-01'),
  /** Quantity skew: claims of the largest hospital over those of the smallest; sizes between them are geometric. */
  sizeSkew: z.number().min(1).max(50).default(6),
  /** Feature distribution skew (covariate shift): 0 = one price list and case mix everywhere, 1 = those of the archetypes, up to 2 = exaggerated. */
  featureShift: z.number().min(0).max(2).default(1),
  /** Label distribution skew (prior probability shift): 0 = the same prevalence everywhere, 1 = that of the archetypes. */
  labelShift: z.number().min(0).max(1).default(0.8),
  /** How far the mix of scenarios differs: 0 = all scenarios everywhere alike, 1 = each hospital has only those of its archetype. */
  scenarioShift: z.number().min(0).max(1).default(0.35),
  /** Share of all claims that are fraudulent in truth. */
  prevalence: z.number().min(0.005).max(0.3).default(0.085),
  /** Share of the labels of an audit that are wrong. */
  labelNoise: z.number().min(0).max(0.2).default(0.02),
  /** Of the wrong labels, the share that are frauds which the audit missed; the rest are honest claims that it blamed. */
  missedShare: z.number().min(0).max(1).default(0.6),
  /** Days from settlement to the audit's outcome: shortest, longest. */
  labelDelayDays: z
    .tuple([z.int().min(0), z.int().max(720)])
    .refine(([low, high]) => low <= high, 'the shortest delay exceeds the longest')
    .default([14, 120]),
})
export type RegionConfig = Readonly<z.output<typeof regionSchema>>
export type RegionOptions = z.input<typeof regionSchema>

/** Literal to parsed, frozen configuration; unknown keys are refused. @throws BAD_CONFIG naming key, value and what is allowed. */
export function parseRegionConfig(options: unknown): RegionConfig {
  const parsed = regionSchema.safeParse(options ?? {})
  if (!parsed.success) throw refuse('BAD_CONFIG', `region: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`)
  return Object.freeze(parsed.data)
}
