// A coordinator that makes rosters of its own: it signs whatever it likes as itself, and has two accomplices among five members. The hospital
// that it tries to lead astray refuses the plan by code, and stays with the roster that it agreed to.
import { expect, test } from 'vitest'
import { encode } from '../../core/codec.ts'
import type { HospitalId } from '../../core/ids.ts'
import { type NamedSignature, type Roster, roster as rosterCodec, rosterHash, signedPlan } from '../../privacy/messages.ts'
import { signPlan } from '../../privacy/plan.ts'
import { signRoster } from '../../privacy/roster.ts'
import { createSignKey } from '../../privacy/signatures.ts'
import { rosterBundle } from '../../proto/messages.ts'
import { IDS } from '../support/hospitals.ts'
import { currentVersion, FIRST, OTHER_CUSTODIANS, SIXTH } from './changing.ts'
import { withCalls } from './dishonest.ts'
import { type Five, fiveJob, startFive } from './five.ts'
import { STAGES } from './small.ts'

const VICTIM = FIRST
const ACCOMPLICES = IDS.slice(1, 3)
const OTHERS = IDS.slice(1)

interface Lie {
  /** Shown to the victim as the whole chain. */
  readonly chain: readonly { readonly roster: Roster; readonly signatures: readonly NamedSignature[] }[]
  /** The roster that its plans name. */
  readonly named: Roster
}
const outsider = createSignKey()

function liesOf(run: Five): Readonly<Record<string, Lie>> {
  const { federation } = run
  const { past, roster } = federation.coordinator.state
  const honest = [...past, ...(roster.kind === 'agreed' ? [roster] : [])]
  const now = honest.at(-1)?.roster as Roster
  const sign = (body: Roster, ids: readonly HospitalId[]): NamedSignature[] =>
    ids.map((id) => signRoster(body, id, federation.keystore(id).get('sign') as never))
  const next = (change: Partial<Roster>): Roster => ({ ...now, version: now.version + 1, previous: rosterHash(now), ...change })
  const newcomer = { id: SIXTH, name: SIXTH, signKey: outsider.publicKey, tlsKey: rosterHash(now) }
  const shown = (body: Roster, signatures: readonly NamedSignature[]): Lie => ({ chain: [...honest, { roster: body, signatures }], named: body })
  const added = next({ members: [...now.members, newcomer].sort((a, b) => (a.id < b.id ? -1 : 1)) })
  const removed = next({ members: now.members.slice(0, 4), custodians: IDS.slice(0, 4), corrupt: 1 })
  const chosen = next({ custodians: IDS.slice(1), corrupt: 1 })
  const first = honest[0]?.roster as Roster
  const fork = { ...first, version: 2, previous: rosterHash(first), custodians: IDS.slice(1), corrupt: 1 }
  return {
    'an added member, signed by the accomplices and the newcomer': shown(added, [...sign(added, ACCOMPLICES), signRoster(added, SIXTH, outsider.privateKey)]),
    'a removed member, signed by the accomplices': shown(removed, sign(removed, ACCOMPLICES)),
    'custodians of its choice, signed by the accomplices many times over': shown(chosen, [...sign(chosen, ACCOMPLICES), ...sign(chosen, ACCOMPLICES)]),
    'custodians of its choice, in a version that skips one': shown(
      { ...chosen, version: now.version + 2 },
      sign({ ...chosen, version: now.version + 2 }, OTHERS),
    ),
    'custodians of its choice, without a chain at all': { chain: [], named: chosen },
    'another second version, which all the others signed': { chain: [...honest.slice(0, 1), { roster: fork, signatures: sign(fork, OTHERS) }], named: fork },
    'the first version again': { chain: honest.slice(0, 1), named: first },
  }
}

const CODES = {
  'an added member, signed by the accomplices and the newcomer': 'BAD_ROSTER',
  'a removed member, signed by the accomplices': 'BAD_ROSTER',
  'custodians of its choice, signed by the accomplices many times over': 'BAD_ROSTER',
  'custodians of its choice, in a version that skips one': 'OTHER_ROSTER',
  'custodians of its choice, without a chain at all': 'OTHER_ROSTER',
  'another second version, which all the others signed': 'OTHER_ROSTER',
  'the first version again': 'OTHER_ROSTER',
} as const

for (const [what, code] of Object.entries(CODES)) {
  test(`${what}: refused with ${code}`, async () => {
    const coordinatorKey = createSignKey().privateKey
    let lying = false
    const wrapService = withCalls((honest) => ({
      async fetchRoster(peer) {
        const lie = lying && peer.member === VICTIM ? liesOf(run)[what] : null
        if (!lie) return await honest.fetchRoster(peer)
        return encode(rosterBundle, { chain: lie.chain.map(({ roster, signatures }) => ({ roster: encode(rosterCodec, roster), signatures })), proposed: null })
      },
      async fetchPlan(peer, key) {
        const lie = lying && peer.member === VICTIM ? liesOf(run)[what] : null
        const signed = run.journal('planned').find((e) => e.plan.plan.key.step === key.step && e.plan.plan.key.job === key.job)?.plan
        if (!lie || !signed) return await honest.fetchPlan(peer, key)
        return encode(signedPlan, signPlan({ ...signed.plan, roster: rosterHash(lie.named) }, coordinatorKey))
      },
    }))
    await using run = await startFive(fiveJob(STAGES.describe), { wrapService, coordinatorKey })
    const { federation } = run
    await run.finish()
    await federation.coordinator.proposeRoster(OTHER_CUSTODIANS)
    const { coordinator } = federation
    await federation.until(() => currentVersion(federation) === 2 && coordinator.state.epoch.kind === 'agreed', 'the second version')
    const next = await coordinator.startJob(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 1 })))
    await federation.until(() => coordinator.state.jobs.get(next)?.outcome === 'finished', 'plans are followed under the second version')
    const before = federation.client(VICTIM)?.state.roster?.hash
    lying = true
    const lied = await coordinator.startJob(fiveJob(STAGES.describe, STAGES.fedavg({ steps: 1 })))
    await federation.until(() => run.journal('planRefused').length > 0, 'the victim refuses')
    expect(run.journal('planRefused').map((e) => [e.key.job, e.member, e.code])[0]).toEqual([lied, VICTIM, code])
    expect(federation.client(VICTIM)?.state.roster?.hash).toBe(before)
    expect(run.journalOf(VICTIM, 'contributed').filter((e) => e.key.job === lied)).toEqual([])
  })
}
