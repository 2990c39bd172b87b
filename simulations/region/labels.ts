// Labels as an audit gives them: late, graded, and partly wrong.
import { MINUTES_A_DAY } from './calendar.ts'
import type { RegionConfig } from './config.ts'
import type { ClaimDraft } from './draft.ts'
import { createDraws, type Draws } from './draws.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { SCENARIO_IDS, type ScenarioId } from './scenarios/scenario.ts'
import type { Site } from './sites.ts'

export interface AuditLabel {
  readonly y: 0 | 1
  readonly scenario: ScenarioId | null
  readonly severity: 0 | 1 | 2 | 3 | 4
  readonly minute: number
}
export interface SimulatedClaim {
  readonly id: string
  readonly draft: ClaimDraft
  readonly label: AuditLabel
}

/** Of a hospital's frauds at most this share is missed, whatever the noise: else a small hospital would learn nothing. */
const MOST_MISSED = 1 / 3

/** Claims whose label is wrong: about labelNoise of all, split into missed frauds and blamed honest claims. */
function wrongLabels(drafts: readonly ClaimDraft[], config: RegionConfig, draws: Draws): Set<ClaimDraft> {
  const fraud = drafts.filter((claim) => claim.truth)
  const wrong = Math.round(drafts.length * config.labelNoise)
  const missed = Math.min(Math.round(wrong * config.missedShare), Math.floor(fraud.length * MOST_MISSED))
  const honest = drafts.filter((claim) => !claim.truth)
  return new Set([...draws.sample(fraud, missed), ...draws.sample(honest, wrong - missed)])
}

function outcome(claim: ClaimDraft, wrong: boolean, site: Site, draws: Draws): Pick<AuditLabel, 'y' | 'scenario' | 'severity'> {
  const blamed = (claim.truth !== null) !== wrong
  if (!blamed) return { y: 0, scenario: null, severity: 0 }
  const scenario = claim.truth?.scenario ?? SCENARIO_IDS[draws.weighted(SCENARIO_IDS.map((id) => site.scenarios[id]))] ?? 'upcoding'
  return { y: 1, scenario, severity: SCENARIOS[scenario].severity }
}

/** Gives every claim its id and the audit's label. @param drafts in the order of settlement */
export function labelClaims(site: Site, drafts: readonly ClaimDraft[], config: RegionConfig): SimulatedClaim[] {
  const draws = createDraws(config.seed, 'labels', site.id)
  const wrong = wrongLabels(drafts, config, draws)
  const [shortest, longest] = config.labelDelayDays
  return drafts.map((draft, i) => ({
    id: `${site.id}-${String(i + 1).padStart(6, '0')}`,
    draft,
    label: { ...outcome(draft, wrong.has(draft), site, draws), minute: draft.settleMinute + draws.int(shortest, longest) * MINUTES_A_DAY },
  }))
}
