// What routes members' calls and asks between the honest coordinator and the steps that the attacker runs by hand.
import { asksFor, type Coordinator } from '../../coordinator/index.ts'
import { type HospitalId, openingKeyText } from '../../core/ids.ts'
import type { SecretBytes } from '../../core/secret.ts'
import { ciphertextCount } from '../../privacy/lanes.ts'
import type { Plan } from '../../privacy/messages.ts'
import { planHash, rosterHash, type SignedPlan } from '../../privacy/messages.ts'
import { type CheckedPlan, signPlan } from '../../privacy/plan.ts'
import { rosterThresholds } from '../../privacy/roster.ts'
import type { Ask } from '../../proto/messages.ts'
import type { CoordinatorService, Peer } from '../../proto/service.ts'
import type { CoordinatorTools } from './attack.ts'
import { createShadow, type Served, withShadows } from './shadow-step.ts'

export interface Host extends Pick<CoordinatorTools, 'take' | 'hide' | 'shadow' | 'giveBack'> {
  /** The service as members meet it. */
  around(service: CoordinatorService): CoordinatorService
}

/** A plan refusal reaches the honest code too: it is what names the pause. */
const ALSO_HONEST: ReadonlySet<string> = new Set(['refusePlan'])

export function createHost(coordinator: Coordinator, signKey: SecretBytes): Host {
  const taken: ((plan: Plan) => boolean)[] = []
  const hidden: ((ask: Ask, member: HospitalId) => boolean)[] = []
  const served: Served[] = []
  const listeners = new Set<() => void>()
  const changed = (): void => {
    for (const listener of listeners) listener()
  }
  coordinator.subscribe(changed)

  const isTaken = (ask: Ask): boolean => {
    if (!('key' in ask)) return false
    if (served.some(({ shadow }) => openingKeyText(shadow.key) === openingKeyText(ask.key))) return true
    const plan = coordinator.state.steps.get(openingKeyText(ask.key))?.plan
    return plan !== undefined && ask.kind !== 'adopt' && taken.some((matches) => matches(plan))
  }
  /** A member that has not taken the last release yet cannot take part in the next step: it is asked for nothing else, as the honest code does it. */
  const asksOf = (honest: readonly Ask[], member: HospitalId): readonly Ask[] => {
    const left = honest.filter((ask) => !isTaken(ask) && !hidden.some((hides) => hides(ask, member)))
    return left.some((ask) => ask.kind === 'adopt') ? left : [...left, ...served.flatMap((s) => s.asksOf(member))]
  }

  return {
    take(matches) {
      taken.push(matches)
      return new Promise((resolve) => {
        const look = (): void => {
          const found = [...coordinator.state.steps.values()].find(({ plan }) => matches(plan))
          if (!found) return
          listeners.delete(look)
          resolve(found.plan)
        }
        listeners.add(look)
        look()
      })
    },
    shadow(plan) {
      const signed = signPlan(plan, signKey)
      const made = createShadow(signed, unchecked(signed, coordinator), { changed })
      served.push(made)
      return made.shadow
    },
    hide(hides) {
      hidden.push(hides)
      changed()
    },
    giveBack() {
      taken.length = 0
      hidden.length = 0
      served.length = 0
      changed()
    },
    around(service) {
      const watch = (peer: Peer, signal: AbortSignal) => asked(() => asksOf(asksFor(coordinator.state, peer.member), peer.member), listeners, signal)
      const routed = withShadows(service, () => served, ALSO_HONEST)
      return new Proxy(routed, { get: (own, name: keyof CoordinatorService) => (name === 'watch' ? watch : own[name]) })
    },
  }
}

/** What the attacker works with: nothing of its own plan is checked. */
function unchecked(signed: SignedPlan, { state }: Coordinator): CheckedPlan {
  if (state.roster.kind !== 'agreed') throw new Error('no roster yet')
  const { roster } = state.roster
  const { plan } = signed
  return {
    plan,
    planHash: planHash(plan),
    roster,
    rosterHash: rosterHash(roster),
    group: plan.groups[plan.key.group] ?? [],
    ciphertexts: ciphertextCount(plan.layout),
    ...rosterThresholds(roster),
  }
}

/** What is asked of one member, again at each change of the coordinator's state or of the attacker's mind. */
async function* asked(now: () => readonly Ask[], listeners: Set<() => void>, signal: AbortSignal): AsyncIterable<readonly Ask[]> {
  let wake: () => void = () => undefined
  const wakeUp = (): void => wake()
  listeners.add(wakeUp)
  signal.addEventListener('abort', wakeUp)
  try {
    let sent = ''
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve
      })
      const asks = now()
      const text = JSON.stringify(asks)
      if (text !== sent) {
        sent = text
        yield asks
      }
      await changed
    }
  } finally {
    listeners.delete(wakeUp)
    signal.removeEventListener('abort', wakeUp)
  }
}
