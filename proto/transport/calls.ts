// All calls of a member in one table: where each lies in the .proto files, and the forms of what goes and comes.
// Both transports walk this table; a call that is added to MemberCalls does not type-check until it stands here.

import { BODY_BYTES } from '../limits.ts'
import type { MemberCalls } from '../service.ts'
import type { ServiceName, WireMessage } from './definitions.ts'
import * as form from './forms.ts'

export type CallName = keyof MemberCalls

interface Place {
  readonly service: ServiceName
  readonly method: string
}
/** One message there, one back. */
export interface UnaryCall<Args, Result> extends Place {
  readonly shape: 'unary'
  readonly request: form.Form<Args, WireMessage, WireMessage>
  readonly reply: form.Form<Result, WireMessage, WireMessage>
}
/** One message there, a stream back until its end or the signal. */
export interface DownloadCall<Args, Item> extends Place {
  readonly shape: 'download'
  readonly request: form.Form<Args, WireMessage, WireMessage>
  readonly item: form.Form<Item, WireMessage, WireMessage>
  /** Bytes may be cut into frames as the transport likes; other items travel one by one. */
  readonly bytes: boolean
}
/** A header and chunks there, one empty message back. */
export interface UploadCall extends Place {
  readonly shape: 'upload'
}

type WithoutSignal<A> = A extends [...infer Args, AbortSignal] ? Args : A
type CallOf<F> = F extends (...args: infer A) => Promise<infer R>
  ? UnaryCall<A, R> | UploadCall
  : F extends (...args: infer A) => AsyncIterable<infer I>
    ? DownloadCall<WithoutSignal<A>, I>
    : never
export type AnyCall = UnaryCall<unknown[], unknown> | DownloadCall<unknown[], unknown> | UploadCall

// A form's own message type is known where it is written (forms.ts); here it is one message among others.
const unary = <A, I extends WireMessage, O, R, RI extends WireMessage, RO>(
  place: Place,
  request: form.Form<A, I, O>,
  reply: form.Form<R, RI, RO>,
): UnaryCall<A, R> => ({
  ...place,
  shape: 'unary',
  request: request as form.Form<A, WireMessage, WireMessage>,
  reply: reply as form.Form<R, WireMessage, WireMessage>,
})
const download = <A, I extends WireMessage, O>(place: Place, request: form.Form<A, I, O>): DownloadCall<A, Uint8Array> => ({
  ...place,
  shape: 'download',
  request: request as form.Form<A, WireMessage, WireMessage>,
  item: form.chunkReply as form.Form<Uint8Array, WireMessage, WireMessage>,
  bytes: true,
})
const members = (method: string): Place => ({ service: 'Members', method })
const steps = (method: string): Place => ({ service: 'Steps', method })
const models = (method: string): Place => ({ service: 'Models', method })

export const CALLS = {
  watch: {
    ...steps('Watch'),
    shape: 'download',
    request: form.noArguments as form.Form<[], WireMessage, WireMessage>,
    item: form.asksReply as form.Form<Awaited<ReturnType<typeof form.asksReply.from>>, WireMessage, WireMessage>,
    bytes: false,
  },
  fetchRoster: unary(members('FetchRoster'), form.noArguments, form.bodyReply),
  signRoster: unary(members('SignRoster'), form.bodyRequest(BODY_BYTES.small), form.acknowledged),
  publishSealingKey: unary(members('PublishSealingKey'), form.bodyRequest(BODY_BYTES.sealingKey), form.acknowledged),
  fetchKeyEpoch: unary(members('FetchKeyEpoch'), form.hashRequest, form.bodyReply),
  giveUpEpoch: unary(members('GiveUpEpoch'), form.epochNotice, form.acknowledged),
  declareSnapshot: unary(members('DeclareSnapshot'), form.bodyRequest(BODY_BYTES.small), form.acknowledged),
  fetchJob: unary(steps('FetchJob'), form.hashRequest, form.bodyReply),
  fetchPlan: unary(steps('FetchPlan'), form.stepRequest, form.bodyReply),
  refusePlan: unary(steps('RefusePlan'), form.refusal, form.acknowledged),
  contributionOffset: unary(steps('ContributionOffset'), form.contributionOffsetRequest, form.offsetReply),
  contribute: { ...steps('Contribute'), shape: 'upload' },
  fetchCandidates: download(steps('FetchCandidates'), form.stepRequest),
  report: unary(steps('Report'), form.stepBody(BODY_BYTES.message), form.acknowledged),
  fetchSignRequest: download(steps('FetchSignRequest'), form.stepRequest),
  sign: unary(steps('Sign'), form.stepBody(BODY_BYTES.small), form.acknowledged),
  refuseRequest: unary(steps('RefuseRequest'), form.requestRefusal, form.acknowledged),
  fetchCertificate: download(steps('FetchCertificate'), form.stepRequest),
  answer: unary(steps('Answer'), form.stepBody(BODY_BYTES.answer), form.acknowledged),
  fetchCosignRequest: download(steps('FetchCosignRequest'), form.stepRequest),
  fetchContribution: download(steps('FetchContribution'), form.contributionRequest),
  cosign: unary(steps('Cosign'), form.stepBody(BODY_BYTES.small), form.acknowledged),
  fingerprint: unary(steps('Fingerprint'), form.stepBody(BODY_BYTES.fingerprint), form.acknowledged),
  fetchFingerprints: download(steps('FetchFingerprints'), form.stepRequest),
  fetchAggregate: download(steps('FetchAggregate'), form.stepRequest),
  fetchRelease: download(models('FetchRelease'), form.stepRequest),
  adopted: unary(models('Adopted'), form.stepRequest, form.acknowledged),
  scored: unary(models('Scored'), form.scoredNotice, form.acknowledged),
} satisfies { [K in CallName]: CallOf<MemberCalls[K]> }

/** The table without its types, for walking it. */
export const callEntries = (): readonly (readonly [CallName, AnyCall])[] => Object.entries(CALLS) as unknown as (readonly [CallName, AnyCall])[]
