// All feature sets that this version knows, by name.
import { refuse } from '../../core/errors.ts'
import type { FeatureColumn } from '../../core/table.ts'
import { CLAIM_FEATURES } from './claim.ts'
import type { FeatureSet } from './feature.ts'
import { PROVIDER_FEATURES } from './provider.ts'

export const FEATURE_SETS: readonly FeatureSet[] = [CLAIM_FEATURES, PROVIDER_FEATURES]

/** @throws BAD_CONFIG for a name that this version does not know. */
export function featureSetByName(name: string): FeatureSet {
  const found = FEATURE_SETS.find((set) => set.name === name)
  if (!found) throw refuse('BAD_CONFIG', `feature set ${JSON.stringify(name.slice(0, 80))}: expected one of ${FEATURE_SETS.map((set) => set.name).join(', ')}`)
  return found
}

/** The public face of the features: what plans, models and reports know. */
export const columnsOf = (set: FeatureSet): readonly FeatureColumn[] => set.features.map(({ name, unit, range, en, zh }) => ({ name, unit, range, en, zh }))
