// Members' calls about rosters and key epochs.
import { decode, encode } from '../core/codec.ts'
import { refuse } from '../core/errors.ts'
import { keyEpoch, type Roster, roster as rosterCodec, signedSealingKey } from '../privacy/messages.ts'
import { checkSignedSealingKey } from '../privacy/roster.ts'
import { verifyMessage } from '../privacy/signatures.ts'
import { rosterBundle } from '../proto/messages.ts'
import type { CoordinatorService, Peer } from '../proto/service.ts'
import type { CoordinatorContext } from './context.ts'
import { agreedChain, gatheredEpoch } from './membership.ts'
import type { CoordinatorState, RosterVersion } from './state.ts'

type MembershipCalls = Pick<CoordinatorService, 'fetchRoster' | 'signRoster' | 'publishSealingKey' | 'fetchKeyEpoch' | 'giveUpEpoch'>

/** @throws NOT_FOUND before the first roster is agreed. */
export function currentRoster({ roster }: CoordinatorState): Roster {
  if (roster.kind !== 'agreed') throw refuse('NOT_FOUND', 'no roster is agreed yet')
  return roster.roster
}

export function membershipCalls(context: CoordinatorContext): MembershipCalls {
  return {
    async fetchRoster() {
      const { proposal } = context.state()
      const chain = agreedChain(context.state()).map(toBytes)
      if (chain.length === 0 && !proposal) throw refuse('NOT_FOUND', 'no roster is proposed yet')
      return encode(rosterBundle, { chain, proposed: proposal && toBytes(proposal) })
    },
    async signRoster(peer, signature) {
      if (signature.length !== 64) throw refuse('BAD_BYTES', `${signature.length} bytes where 64 are expected`)
      const signed = signedVersion(context.state(), peer, signature)
      await context.post({ kind: 'rosterSigned', roster: signed.hash, signature: { signer: peer.member, signature } })
    },
    async publishSealingKey(peer, bytes) {
      const offered = decode(signedSealingKey, bytes)
      const { epoch, nextEpoch } = context.state()
      // A repetition of what is there already is told from a new key by the reducer.
      const known = [epoch, nextEpoch].find((e) => e?.epoch === offered.key.epoch) ?? gatheredEpoch(context.state())
      checkSignedSealingKey(offered, currentRoster(context.state()), known?.epoch ?? 0, peer.member)
      await context.post({ kind: 'sealingKeyPublished', ...offered })
    },
    async fetchKeyEpoch(_, hash) {
      const set = context.state().keyEpochs.get(hash)
      if (!set) throw refuse('NOT_FOUND', 'no such key epoch')
      return encode(keyEpoch, set)
    },
    async giveUpEpoch(peer, epoch) {
      context.log.warn({ member: peer.member, epoch }, 'a custodian dropped its sealing keys')
      await context.post({ kind: 'keyEpochGivenUp', epoch, member: peer.member })
    },
  }
}

const toBytes = ({ roster, signatures }: RosterVersion): { roster: Uint8Array; signatures: RosterVersion['signatures'] } => ({
  roster: encode(rosterCodec, roster),
  signatures,
})

/** Which of the two the signature is over: a member may sign what is proposed, or, later than the others, what is agreed. */
function signedVersion({ proposal, roster }: CoordinatorState, { member }: Peer, signature: Uint8Array): RosterVersion {
  const current = roster.kind === 'agreed' ? roster : null
  for (const version of [proposal, current]) {
    // A member that the proposal leaves out signs with the key by which it is known now.
    const key = [version, current].map((v) => v?.roster.members.find((m) => m.id === member)).find((m) => m !== undefined)?.signKey
    if (version && key && verifyMessage('roster', {}, encode(rosterCodec, version.roster), signature, key)) return version
  }
  throw refuse('BAD_SIGNATURE', `${member} on neither the proposed nor the current roster`)
}
