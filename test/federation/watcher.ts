// What members send, as it arrives: every repetition under one opening key must carry the bytes that were sent first.
import { decode } from '../../core/codec.ts'
import { type HospitalId, type OpeningKey, openingKeyText } from '../../core/ids.ts'
import { receipt, receiptHash } from '../../privacy/messages.ts'
import type { Chunks, CoordinatorService, Peer } from '../../proto/index.ts'

const SAID_ONCE = ['report', 'sign', 'answer', 'cosign', 'fingerprint'] as const
type SaidOnce = (typeof SAID_ONCE)[number]

export interface Watcher {
  readonly wrap: (service: CoordinatorService) => CoordinatorService
  /** `member step` -> hashes of the receipts that it sent under this opening key. */
  readonly receipts: ReadonlyMap<string, ReadonlySet<string>>
  /** Calls of contribute by `member step`. */
  readonly uploads: ReadonlyMap<string, number>
  /** `call member step` -> distinct bodies, in hexadecimal. */
  readonly said: ReadonlyMap<string, ReadonlySet<string>>
  /** Where a repetition differed from what was sent before. */
  readonly differences: readonly string[]
}

export function createWatcher(): Watcher {
  const receipts = new Map<string, Set<string>>()
  const uploads = new Map<string, number>()
  const said = new Map<string, Set<string>>()
  const sent = new Map<string, Buffer>()
  const differences: string[] = []
  const note = (map: Map<string, Set<string>>, key: string, value: string): void => void map.set(key, (map.get(key) ?? new Set()).add(value))
  const where = (member: HospitalId, key: OpeningKey): string => `${member} ${openingKeyText(key)}`

  function compare(place: string, at: number, chunk: Uint8Array): void {
    const before = sent.get(place) ?? Buffer.alloc(0)
    if (at > before.length) differences.push(`${place}: byte ${at} after ${before.length}`)
    const again = before.subarray(at, at + chunk.length)
    if (Buffer.compare(again, chunk.subarray(0, again.length)) !== 0) differences.push(`${place}: other bytes from ${at} on`)
    if (at + chunk.length > before.length) sent.set(place, Buffer.concat([before.subarray(0, at), chunk]))
  }
  async function* watched(place: string, offset: number, chunks: Chunks): Chunks {
    let at = offset
    for await (const chunk of chunks) {
      compare(place, at, chunk)
      at += chunk.length
      yield chunk
    }
  }
  const saying =
    (service: CoordinatorService, call: SaidOnce): CoordinatorService[SaidOnce] =>
    (peer: Peer, key: OpeningKey, body: Uint8Array) => {
      note(said, `${call} ${where(peer.member, key)}`, Buffer.from(body).toString('hex'))
      return service[call](peer, key, body)
    }
  const wrap = (service: CoordinatorService): CoordinatorService =>
    new Proxy(service, {
      get(own, name: keyof CoordinatorService) {
        const call = SAID_ONCE.find((c) => c === name)
        if (call) return saying(own, call)
        if (name !== 'contribute') return own[name]
        const contribute: CoordinatorService['contribute'] = (peer, key, header, offset, chunks, signal) => {
          const place = where(peer.member, key)
          note(receipts, place, receiptHash(decode(receipt, header).body))
          uploads.set(place, (uploads.get(place) ?? 0) + 1)
          return own.contribute(peer, key, header, offset, watched(place, offset, chunks), signal)
        }
        return contribute
      },
    })
  return { wrap, receipts, uploads, said, differences }
}
