// Valid messages of every kind, as they travelled and were journalled in runs of a small federation: what mutations start from.
import { type ClientEvent, clientEvent } from '../../../client/events.ts'
import { type CoordinatorEvent, coordinatorEvent } from '../../../coordinator/events.ts'
import { asksFor } from '../../../coordinator/index.ts'
import { type Codec, decode, encode } from '../../../core/codec.ts'
import { type HospitalId, parseDigest } from '../../../core/ids.ts'
import { LIMITS } from '../../../core/limits.ts'
import { type CustodyEvent, custodyEvent } from '../../../privacy/custodian/index.ts'
import * as messages from '../../../privacy/messages.ts'
import { shareWords } from '../../../privacy/share-words.ts'
import { type Chunks, type CoordinatorService, chunksOf, collect } from '../../../proto/index.ts'
import { asks, enrolReply, enrolRequest, rosterBundle } from '../../../proto/messages.ts'
import { startFederation } from '../../../simulations/federation.ts'
import { FEATURES, jobOf, SMALL_FOUNDING, SMALL_IDS, STAGES, smallHospitals } from '../../federation/small.ts'

type AnyCodec = Codec<never>
export interface Corpus {
  /** By the codec's name: valid encodings. */
  readonly codecs: ReadonlyMap<string, { readonly codec: AnyCodec; readonly samples: readonly Uint8Array[] }>
  readonly ciphertexts: readonly Uint8Array[]
  readonly centre: readonly CoordinatorEvent[]
  readonly sites: ReadonlyMap<HospitalId, readonly ClientEvent[]>
  readonly custody: readonly (readonly CustodyEvent[])[]
}

const CALLS: Readonly<Record<string, readonly [string, Codec<unknown>]>> = {
  fetchRoster: ['rosterBundle', rosterBundle as Codec<unknown>],
  publishSealingKey: ['signedSealingKey', messages.signedSealingKey as Codec<unknown>],
  fetchKeyEpoch: ['keyEpoch', messages.keyEpoch as Codec<unknown>],
  declareSnapshot: ['signedSnapshot', messages.signedSnapshot as Codec<unknown>],
  fetchPlan: ['signedPlan', messages.signedPlan as Codec<unknown>],
  contribute: ['receipt', messages.receipt as Codec<unknown>],
  fetchCandidates: ['candidates', messages.candidates as Codec<unknown>],
  report: ['report', messages.report as Codec<unknown>],
  fetchSignRequest: ['signRequest', messages.signRequest as Codec<unknown>],
  sign: ['namedSignature', messages.namedSignature as Codec<unknown>],
  fetchCertificate: ['certificate', messages.certificate as Codec<unknown>],
  answer: ['answer', messages.answer as Codec<unknown>],
  fetchCosignRequest: ['cosignRequest', messages.cosignRequest as Codec<unknown>],
  cosign: ['namedSignature', messages.namedSignature as Codec<unknown>],
  fingerprint: ['fingerprint', messages.fingerprint as Codec<unknown>],
  fetchFingerprints: ['fingerprints', messages.fingerprints as Codec<unknown>],
  fetchRelease: ['stepEnd', messages.stepEnd as Codec<unknown>],
}
const MOST_SAMPLES = 40

export async function makeCorpus(): Promise<Corpus> {
  const found = new Map<string, { codec: AnyCodec; samples: Uint8Array[] }>()
  const ciphertexts: Uint8Array[] = []
  const add = (name: string, codec: Codec<unknown>, bytes: Uint8Array): void => {
    const held = found.get(name) ?? { codec: codec as AnyCodec, samples: [] }
    found.set(name, held)
    if (held.samples.length < MOST_SAMPLES) held.samples.push(bytes.slice())
  }
  const value = <T>(name: string, codec: Codec<T>, it: T): void => add(name, codec as Codec<unknown>, encode(codec, it))
  const note = (call: string, bytes: Uint8Array): void => {
    const known = CALLS[call]
    if (known) add(known[0], known[1], bytes)
  }
  await using federation = await startFederation({
    founding: SMALL_FOUNDING,
    hospitals: smallHospitals(),
    cipher: 'bgv',
    wrapService: capturing(note, ciphertexts),
  })
  await federation.until(() => federation.coordinator.state.epoch.kind === 'agreed', 'the key epoch is agreed')
  for (const id of SMALL_IDS) value('asks', asks, asksFor(federation.coordinator.state, id))
  const jobs = [
    { ...jobOf(FEATURES, STAGES.describe, STAGES.logistic(2)), cosigning: 'light' as const },
    jobOf(FEATURES, STAGES.describe, STAGES.fedavg({ steps: 2 })),
  ]
  for (const job of jobs) await federation.coordinator.startJob(job)
  const ended = (): boolean =>
    [...federation.coordinator.state.jobs.values()].every(
      (j) => j.outcome !== 'running' && SMALL_IDS.every((id) => (j.adopted.get(id) ?? 0) === j.releases.length),
    )
  await federation.until(() => federation.coordinator.state.jobs.size === jobs.length && ended(), 'the jobs have ended')

  const centre = federation.disk('coordinator').journal.map(({ body }) => decode(coordinatorEvent, body))
  for (const event of centre) value('coordinatorEvent', coordinatorEvent, event)
  const sites = new Map(SMALL_IDS.map((id) => [id, federation.disk(id).journal.map(({ body }) => decode(clientEvent, body))]))
  const custody = [...sites.values()].map((events) => events.flatMap((e) => (e.kind === 'custody' ? [e.event] : [])))
  for (const events of sites.values()) for (const event of events.slice(-80)) value(`clientEvent ${event.kind}`, clientEvent, event)
  for (const events of custody) for (const event of events.slice(0, 20)) value('custodyEvent', custodyEvent, event)
  for (const event of centre) {
    if (event.kind === 'rosterProposed') value('roster', messages.roster, event.roster)
    if (event.kind === 'jobStarted') value('jobSpec', messages.jobSpec, event.spec)
    if (event.kind === 'planned') value('plan', messages.plan, event.plan.plan)
    if (event.kind === 'stated') {
      value('statement', messages.statement, event.statement)
      value('roll', messages.roll, event.roll)
    }
  }
  value('shareWords', shareWords, { share: new Uint32Array(4096).map((_, i) => i), masks: new Uint32Array([1, 2, 3, 4]) })
  const id = SMALL_IDS[0] as HospitalId
  value('enrolRequest', enrolRequest, {
    hospital: id,
    name: 'alpha',
    token: new Uint8Array(32),
    signKey: new Uint8Array(32),
    signKeyProof: new Uint8Array(64),
    csr: new Uint8Array(300),
  })
  value('enrolReply', enrolReply, { certificate: new Uint8Array(500), address: 'localhost:7000', coordinatorKey: new Uint8Array(32) })
  value('cosignatureBody', messages.cosignatureBody, {
    statement: parseDigest('1'.repeat(64)),
    keySum: parseDigest('2'.repeat(64)),
    release: parseDigest('3'.repeat(64)),
    nextState: null,
  })
  return { codecs: found, ciphertexts, centre, sites, custody }
}

/** Every message that is on the way, by the name of its call. */
const capturing =
  (note: (call: string, bytes: Uint8Array) => void, ciphertexts: Uint8Array[]) =>
  (service: CoordinatorService): CoordinatorService =>
    new Proxy(service, {
      get: (own, name: keyof CoordinatorService) => {
        if (name === 'watch') return own.watch
        return (...args: unknown[]) => {
          for (const arg of args) if (arg instanceof Uint8Array) note(name, arg)
          const result = Reflect.apply(own[name], own, args) as Promise<unknown> | Chunks
          if (Symbol.asyncIterator in result) return passing(name, result, note, ciphertexts)
          return result.then((reply) => {
            if (reply instanceof Uint8Array) note(name, reply)
            return reply
          })
        }
      },
    })
async function* passing(name: string, chunks: Chunks, note: (call: string, bytes: Uint8Array) => void, ciphertexts: Uint8Array[]): Chunks {
  const bytes = await collect(chunks, LIMITS.stateBytes)
  note(name, bytes)
  if (name === 'fetchContribution' && ciphertexts.length < 4) ciphertexts.push(bytes.slice(0, 46_080))
  yield* chunksOf(bytes)
}
