// Members' calls about rosters and key epochs.
import { decode, encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { keyEpoch, type Roster, roster, signedSealingKey } from '../privacy/messages.ts'
import { checkSignedSealingKey, memberOf } from '../privacy/roster.ts'
import { requireSignature } from '../privacy/signatures.ts'
import { rosterBundle } from '../proto/messages.ts'
import type { CoordinatorService } from '../proto/service.ts'
import type { CoordinatorContext } from './context.ts'
import type { CoordinatorState } from './state.ts'

type MembershipCalls = Pick<CoordinatorService, 'fetchRoster' | 'signRoster' | 'publishSealingKey' | 'fetchKeyEpoch'>

/** The roster that is agreed or proposed. @throws NOT_FOUND. */
export function rosterInForce({ roster: r }: CoordinatorState): Roster {
  if (r.kind === 'gathering') throw refuse('NOT_FOUND', 'no roster is proposed yet')
  return r.roster
}

export function membershipCalls(context: CoordinatorContext): MembershipCalls {
  return {
    async fetchRoster() {
      const { roster: r } = context.state()
      const body = rosterInForce(context.state())
      const signatures = r.kind === 'gathering' ? [] : r.signatures
      return encode(rosterBundle, { roster: encode(roster, body), signatures })
    },
    async signRoster(peer, bytes) {
      const body = rosterInForce(context.state())
      requireSignature('roster', {}, encode(roster, body), exactly(bytes, 64), memberOf(body, peer.member).signKey, peer.member)
      await context.post({ kind: 'rosterSigned', signature: { signer: peer.member, signature: bytes } })
    },
    async publishSealingKey(peer, bytes) {
      const offered = decode(signedSealingKey, bytes)
      checkSignedSealingKey(offered, rosterInForce(context.state()), context.state().epoch.epoch, peer.member)
      await context.post({ kind: 'sealingKeyPublished', ...offered })
    },
    async fetchKeyEpoch(_, hash) {
      const { epoch } = context.state()
      if (epoch.kind !== 'agreed' || epoch.hash !== hash) throw refuse('NOT_FOUND', 'no such key epoch')
      return encode(keyEpoch, epoch.set)
    },
  }
}

function exactly(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw refuse('BAD_BYTES', `${bytes.length} bytes where ${length} are expected`)
  return bytes
}
