// What an observer between members and coordinator sees of a run: which rolls custodians were shown under which statement, which contributions
// arrived, which were acknowledged, which answers left.
import { decode } from '../../../core/codec.ts'
import { type HospitalId, type OpeningKey, openingKeyText } from '../../../core/ids.ts'
import { LIMITS } from '../../../core/limits.ts'
import { answer, certificate, type Receipt, type Roll, receipt, receiptHash, signRequest, statementHash } from '../../../privacy/messages.ts'
import { type Chunks, type CoordinatorService, chunksOf, collect } from '../../../proto/index.ts'
import { withCalls } from '../dishonest.ts'

export interface Record {
  /** Between the daemons and whatever is done to their messages. */
  readonly outer: (service: CoordinatorService) => CoordinatorService
  /** In front of the coordinator itself. */
  readonly inner: (service: CoordinatorService) => CoordinatorService
  /** statement -> the roll under it, as custodians were shown it. */
  readonly rolls: ReadonlyMap<string, Roll>
  /** hash of a receipt -> the bytes that arrived under it. */
  readonly arrived: ReadonlyMap<string, Uint8Array>
  readonly acknowledged: readonly { readonly key: OpeningKey; readonly receipt: Receipt }[]
  readonly answers: readonly { readonly member: HospitalId; readonly key: string; readonly statement: string }[]
}

export function createRecord(): Record {
  const rolls = new Map<string, Roll>()
  const arrived = new Map<string, Uint8Array>()
  const acknowledged: { key: OpeningKey; receipt: Receipt }[] = []
  const answers: { member: HospitalId; key: string; statement: string }[] = []
  async function* noting(chunks: Chunks, note: (bytes: Uint8Array) => void): Chunks {
    const bytes = await collect(chunks, LIMITS.stateBytes)
    try {
      note(bytes)
    } catch {
      // A lie that is no message: nobody can take it for a statement.
    }
    yield* chunksOf(bytes)
  }
  const outer = withCalls((next) => ({
    fetchSignRequest: (peer, key, signal) =>
      noting(next.fetchSignRequest(peer, key, signal), (bytes) => {
        const { statement, roll } = decode(signRequest, bytes)
        rolls.set(statementHash(statement), roll)
      }),
    fetchCertificate: (peer, key, signal) =>
      noting(next.fetchCertificate(peer, key, signal), (bytes) => {
        const { statement, roll } = decode(certificate, bytes)
        rolls.set(statementHash(statement), roll)
      }),
    async contribute(peer, key, header, offset, chunks, signal) {
      await next.contribute(peer, key, header, offset, chunks, signal)
      acknowledged.push({ key, receipt: decode(receipt, header) })
    },
    async answer(peer, key, bytes) {
      answers.push({ member: peer.member, key: openingKeyText(key), statement: decode(answer, bytes).body.statement })
      await next.answer(peer, key, bytes)
    },
  }))
  const inner = withCalls((next) => ({
    contribute(peer, key, header, offset, chunks, signal) {
      const name = receiptHash(decode(receipt, header).body)
      async function* keeping(): Chunks {
        let at = offset
        for await (const chunk of chunks) {
          const before = arrived.get(name) ?? new Uint8Array()
          arrived.set(name, Buffer.concat([before.subarray(0, at), chunk]))
          at += chunk.length
          yield chunk
        }
      }
      return next.contribute(peer, key, header, offset, keeping(), signal)
    },
  }))
  return { outer, inner, rolls, arrived, acknowledged, answers }
}
