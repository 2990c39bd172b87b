// Original file: proto/consilium/v1/steps.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Asks as _consilium_v1_Asks, Asks__Output as _consilium_v1_Asks__Output } from '../../consilium/v1/Asks.ts';
import type { Body as _consilium_v1_Body, Body__Output as _consilium_v1_Body__Output } from '../../consilium/v1/Body.ts';
import type { Chunk as _consilium_v1_Chunk, Chunk__Output as _consilium_v1_Chunk__Output } from '../../consilium/v1/Chunk.ts';
import type { ContributionOffsetRequest as _consilium_v1_ContributionOffsetRequest, ContributionOffsetRequest__Output as _consilium_v1_ContributionOffsetRequest__Output } from '../../consilium/v1/ContributionOffsetRequest.ts';
import type { ContributionPart as _consilium_v1_ContributionPart, ContributionPart__Output as _consilium_v1_ContributionPart__Output } from '../../consilium/v1/ContributionPart.ts';
import type { ContributionRequest as _consilium_v1_ContributionRequest, ContributionRequest__Output as _consilium_v1_ContributionRequest__Output } from '../../consilium/v1/ContributionRequest.ts';
import type { Empty as _consilium_v1_Empty, Empty__Output as _consilium_v1_Empty__Output } from '../../consilium/v1/Empty.ts';
import type { HashRequest as _consilium_v1_HashRequest, HashRequest__Output as _consilium_v1_HashRequest__Output } from '../../consilium/v1/HashRequest.ts';
import type { Offset as _consilium_v1_Offset, Offset__Output as _consilium_v1_Offset__Output } from '../../consilium/v1/Offset.ts';
import type { Refusal as _consilium_v1_Refusal, Refusal__Output as _consilium_v1_Refusal__Output } from '../../consilium/v1/Refusal.ts';
import type { RequestRefusal as _consilium_v1_RequestRefusal, RequestRefusal__Output as _consilium_v1_RequestRefusal__Output } from '../../consilium/v1/RequestRefusal.ts';
import type { StepBody as _consilium_v1_StepBody, StepBody__Output as _consilium_v1_StepBody__Output } from '../../consilium/v1/StepBody.ts';
import type { StepRequest as _consilium_v1_StepRequest, StepRequest__Output as _consilium_v1_StepRequest__Output } from '../../consilium/v1/StepRequest.ts';

export interface StepsClient extends grpc.Client {
  Answer(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Answer(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Answer(argument: _consilium_v1_StepBody, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Answer(argument: _consilium_v1_StepBody, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  answer(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  answer(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  answer(argument: _consilium_v1_StepBody, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  answer(argument: _consilium_v1_StepBody, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  /**
   * A header, the ciphertexts' bytes from the offset on, an end. Answers once whole, verified and durable.
   */
  Contribute(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientWritableStream<_consilium_v1_ContributionPart>;
  Contribute(metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientWritableStream<_consilium_v1_ContributionPart>;
  Contribute(options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientWritableStream<_consilium_v1_ContributionPart>;
  Contribute(callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientWritableStream<_consilium_v1_ContributionPart>;
  /**
   * A header, the ciphertexts' bytes from the offset on, an end. Answers once whole, verified and durable.
   */
  contribute(metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientWritableStream<_consilium_v1_ContributionPart>;
  contribute(metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientWritableStream<_consilium_v1_ContributionPart>;
  contribute(options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientWritableStream<_consilium_v1_ContributionPart>;
  contribute(callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientWritableStream<_consilium_v1_ContributionPart>;
  
  /**
   * How many bytes of the contribution of this receipt are already there.
   */
  ContributionOffset(argument: _consilium_v1_ContributionOffsetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Offset__Output>): grpc.ClientUnaryCall;
  ContributionOffset(argument: _consilium_v1_ContributionOffsetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Offset__Output>): grpc.ClientUnaryCall;
  ContributionOffset(argument: _consilium_v1_ContributionOffsetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Offset__Output>): grpc.ClientUnaryCall;
  ContributionOffset(argument: _consilium_v1_ContributionOffsetRequest, callback: grpc.requestCallback<_consilium_v1_Offset__Output>): grpc.ClientUnaryCall;
  /**
   * How many bytes of the contribution of this receipt are already there.
   */
  contributionOffset(argument: _consilium_v1_ContributionOffsetRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Offset__Output>): grpc.ClientUnaryCall;
  contributionOffset(argument: _consilium_v1_ContributionOffsetRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Offset__Output>): grpc.ClientUnaryCall;
  contributionOffset(argument: _consilium_v1_ContributionOffsetRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Offset__Output>): grpc.ClientUnaryCall;
  contributionOffset(argument: _consilium_v1_ContributionOffsetRequest, callback: grpc.requestCallback<_consilium_v1_Offset__Output>): grpc.ClientUnaryCall;
  
  Cosign(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Cosign(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Cosign(argument: _consilium_v1_StepBody, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Cosign(argument: _consilium_v1_StepBody, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  cosign(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  cosign(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  cosign(argument: _consilium_v1_StepBody, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  cosign(argument: _consilium_v1_StepBody, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  /**
   * The aggregate's ciphertexts, concatenated.
   */
  FetchAggregate(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  FetchAggregate(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  /**
   * The aggregate's ciphertexts, concatenated.
   */
  fetchAggregate(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  fetchAggregate(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  
  /**
   * list(candidate) for this custodian.
   */
  FetchCandidates(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  FetchCandidates(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  /**
   * list(candidate) for this custodian.
   */
  fetchCandidates(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  fetchCandidates(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  
  /**
   * certificate.
   */
  FetchCertificate(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  FetchCertificate(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  /**
   * certificate.
   */
  fetchCertificate(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  fetchCertificate(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  
  /**
   * The spooled ciphertexts of one member of the roll, concatenated.
   */
  FetchContribution(argument: _consilium_v1_ContributionRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  FetchContribution(argument: _consilium_v1_ContributionRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  /**
   * The spooled ciphertexts of one member of the roll, concatenated.
   */
  fetchContribution(argument: _consilium_v1_ContributionRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  fetchContribution(argument: _consilium_v1_ContributionRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  
  /**
   * cosignRequest.
   */
  FetchCosignRequest(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  FetchCosignRequest(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  /**
   * cosignRequest.
   */
  fetchCosignRequest(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  fetchCosignRequest(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  
  /**
   * list(fingerprint): all that have arrived.
   */
  FetchFingerprints(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  FetchFingerprints(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  /**
   * list(fingerprint): all that have arrived.
   */
  fetchFingerprints(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  fetchFingerprints(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  
  /**
   * The signed job specification, by its hash.
   */
  FetchJob(argument: _consilium_v1_HashRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  FetchJob(argument: _consilium_v1_HashRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  FetchJob(argument: _consilium_v1_HashRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  FetchJob(argument: _consilium_v1_HashRequest, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  /**
   * The signed job specification, by its hash.
   */
  fetchJob(argument: _consilium_v1_HashRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  fetchJob(argument: _consilium_v1_HashRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  fetchJob(argument: _consilium_v1_HashRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  fetchJob(argument: _consilium_v1_HashRequest, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  
  /**
   * signedPlan.
   */
  FetchPlan(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  FetchPlan(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  FetchPlan(argument: _consilium_v1_StepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  FetchPlan(argument: _consilium_v1_StepRequest, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  /**
   * signedPlan.
   */
  fetchPlan(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  fetchPlan(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  fetchPlan(argument: _consilium_v1_StepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  fetchPlan(argument: _consilium_v1_StepRequest, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  
  /**
   * signRequest.
   */
  FetchSignRequest(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  FetchSignRequest(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  /**
   * signRequest.
   */
  fetchSignRequest(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  fetchSignRequest(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  
  /**
   * fingerprint: of the caller's own contribution, signed (light form of co-signing).
   */
  Fingerprint(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Fingerprint(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Fingerprint(argument: _consilium_v1_StepBody, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Fingerprint(argument: _consilium_v1_StepBody, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  /**
   * fingerprint: of the caller's own contribution, signed (light form of co-signing).
   */
  fingerprint(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  fingerprint(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  fingerprint(argument: _consilium_v1_StepBody, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  fingerprint(argument: _consilium_v1_StepBody, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  RefusePlan(argument: _consilium_v1_Refusal, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  RefusePlan(argument: _consilium_v1_Refusal, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  RefusePlan(argument: _consilium_v1_Refusal, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  RefusePlan(argument: _consilium_v1_Refusal, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  refusePlan(argument: _consilium_v1_Refusal, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  refusePlan(argument: _consilium_v1_Refusal, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  refusePlan(argument: _consilium_v1_Refusal, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  refusePlan(argument: _consilium_v1_Refusal, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  RefuseRequest(argument: _consilium_v1_RequestRefusal, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  RefuseRequest(argument: _consilium_v1_RequestRefusal, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  RefuseRequest(argument: _consilium_v1_RequestRefusal, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  RefuseRequest(argument: _consilium_v1_RequestRefusal, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  refuseRequest(argument: _consilium_v1_RequestRefusal, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  refuseRequest(argument: _consilium_v1_RequestRefusal, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  refuseRequest(argument: _consilium_v1_RequestRefusal, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  refuseRequest(argument: _consilium_v1_RequestRefusal, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  Report(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Report(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Report(argument: _consilium_v1_StepBody, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Report(argument: _consilium_v1_StepBody, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  report(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  report(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  report(argument: _consilium_v1_StepBody, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  report(argument: _consilium_v1_StepBody, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  Sign(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Sign(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Sign(argument: _consilium_v1_StepBody, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Sign(argument: _consilium_v1_StepBody, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  sign(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  sign(argument: _consilium_v1_StepBody, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  sign(argument: _consilium_v1_StepBody, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  sign(argument: _consilium_v1_StepBody, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  /**
   * Everything that is asked of the caller, again in full at each change. Ends only with the connection.
   */
  Watch(argument: _consilium_v1_Empty, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Asks__Output>;
  Watch(argument: _consilium_v1_Empty, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Asks__Output>;
  /**
   * Everything that is asked of the caller, again in full at each change. Ends only with the connection.
   */
  watch(argument: _consilium_v1_Empty, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Asks__Output>;
  watch(argument: _consilium_v1_Empty, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Asks__Output>;
  
}

export interface StepsHandlers extends grpc.UntypedServiceImplementation {
  Answer: grpc.handleUnaryCall<_consilium_v1_StepBody__Output, _consilium_v1_Empty>;
  
  /**
   * A header, the ciphertexts' bytes from the offset on, an end. Answers once whole, verified and durable.
   */
  Contribute: grpc.handleClientStreamingCall<_consilium_v1_ContributionPart__Output, _consilium_v1_Empty>;
  
  /**
   * How many bytes of the contribution of this receipt are already there.
   */
  ContributionOffset: grpc.handleUnaryCall<_consilium_v1_ContributionOffsetRequest__Output, _consilium_v1_Offset>;
  
  Cosign: grpc.handleUnaryCall<_consilium_v1_StepBody__Output, _consilium_v1_Empty>;
  
  /**
   * The aggregate's ciphertexts, concatenated.
   */
  FetchAggregate: grpc.handleServerStreamingCall<_consilium_v1_StepRequest__Output, _consilium_v1_Chunk>;
  
  /**
   * list(candidate) for this custodian.
   */
  FetchCandidates: grpc.handleServerStreamingCall<_consilium_v1_StepRequest__Output, _consilium_v1_Chunk>;
  
  /**
   * certificate.
   */
  FetchCertificate: grpc.handleServerStreamingCall<_consilium_v1_StepRequest__Output, _consilium_v1_Chunk>;
  
  /**
   * The spooled ciphertexts of one member of the roll, concatenated.
   */
  FetchContribution: grpc.handleServerStreamingCall<_consilium_v1_ContributionRequest__Output, _consilium_v1_Chunk>;
  
  /**
   * cosignRequest.
   */
  FetchCosignRequest: grpc.handleServerStreamingCall<_consilium_v1_StepRequest__Output, _consilium_v1_Chunk>;
  
  /**
   * list(fingerprint): all that have arrived.
   */
  FetchFingerprints: grpc.handleServerStreamingCall<_consilium_v1_StepRequest__Output, _consilium_v1_Chunk>;
  
  /**
   * The signed job specification, by its hash.
   */
  FetchJob: grpc.handleUnaryCall<_consilium_v1_HashRequest__Output, _consilium_v1_Body>;
  
  /**
   * signedPlan.
   */
  FetchPlan: grpc.handleUnaryCall<_consilium_v1_StepRequest__Output, _consilium_v1_Body>;
  
  /**
   * signRequest.
   */
  FetchSignRequest: grpc.handleServerStreamingCall<_consilium_v1_StepRequest__Output, _consilium_v1_Chunk>;
  
  /**
   * fingerprint: of the caller's own contribution, signed (light form of co-signing).
   */
  Fingerprint: grpc.handleUnaryCall<_consilium_v1_StepBody__Output, _consilium_v1_Empty>;
  
  RefusePlan: grpc.handleUnaryCall<_consilium_v1_Refusal__Output, _consilium_v1_Empty>;
  
  RefuseRequest: grpc.handleUnaryCall<_consilium_v1_RequestRefusal__Output, _consilium_v1_Empty>;
  
  Report: grpc.handleUnaryCall<_consilium_v1_StepBody__Output, _consilium_v1_Empty>;
  
  Sign: grpc.handleUnaryCall<_consilium_v1_StepBody__Output, _consilium_v1_Empty>;
  
  /**
   * Everything that is asked of the caller, again in full at each change. Ends only with the connection.
   */
  Watch: grpc.handleServerStreamingCall<_consilium_v1_Empty__Output, _consilium_v1_Asks>;
  
}

export interface StepsDefinition extends grpc.ServiceDefinition {
  Answer: MethodDefinition<_consilium_v1_StepBody, _consilium_v1_Empty, _consilium_v1_StepBody__Output, _consilium_v1_Empty__Output>
  Contribute: MethodDefinition<_consilium_v1_ContributionPart, _consilium_v1_Empty, _consilium_v1_ContributionPart__Output, _consilium_v1_Empty__Output>
  ContributionOffset: MethodDefinition<_consilium_v1_ContributionOffsetRequest, _consilium_v1_Offset, _consilium_v1_ContributionOffsetRequest__Output, _consilium_v1_Offset__Output>
  Cosign: MethodDefinition<_consilium_v1_StepBody, _consilium_v1_Empty, _consilium_v1_StepBody__Output, _consilium_v1_Empty__Output>
  FetchAggregate: MethodDefinition<_consilium_v1_StepRequest, _consilium_v1_Chunk, _consilium_v1_StepRequest__Output, _consilium_v1_Chunk__Output>
  FetchCandidates: MethodDefinition<_consilium_v1_StepRequest, _consilium_v1_Chunk, _consilium_v1_StepRequest__Output, _consilium_v1_Chunk__Output>
  FetchCertificate: MethodDefinition<_consilium_v1_StepRequest, _consilium_v1_Chunk, _consilium_v1_StepRequest__Output, _consilium_v1_Chunk__Output>
  FetchContribution: MethodDefinition<_consilium_v1_ContributionRequest, _consilium_v1_Chunk, _consilium_v1_ContributionRequest__Output, _consilium_v1_Chunk__Output>
  FetchCosignRequest: MethodDefinition<_consilium_v1_StepRequest, _consilium_v1_Chunk, _consilium_v1_StepRequest__Output, _consilium_v1_Chunk__Output>
  FetchFingerprints: MethodDefinition<_consilium_v1_StepRequest, _consilium_v1_Chunk, _consilium_v1_StepRequest__Output, _consilium_v1_Chunk__Output>
  FetchJob: MethodDefinition<_consilium_v1_HashRequest, _consilium_v1_Body, _consilium_v1_HashRequest__Output, _consilium_v1_Body__Output>
  FetchPlan: MethodDefinition<_consilium_v1_StepRequest, _consilium_v1_Body, _consilium_v1_StepRequest__Output, _consilium_v1_Body__Output>
  FetchSignRequest: MethodDefinition<_consilium_v1_StepRequest, _consilium_v1_Chunk, _consilium_v1_StepRequest__Output, _consilium_v1_Chunk__Output>
  Fingerprint: MethodDefinition<_consilium_v1_StepBody, _consilium_v1_Empty, _consilium_v1_StepBody__Output, _consilium_v1_Empty__Output>
  RefusePlan: MethodDefinition<_consilium_v1_Refusal, _consilium_v1_Empty, _consilium_v1_Refusal__Output, _consilium_v1_Empty__Output>
  RefuseRequest: MethodDefinition<_consilium_v1_RequestRefusal, _consilium_v1_Empty, _consilium_v1_RequestRefusal__Output, _consilium_v1_Empty__Output>
  Report: MethodDefinition<_consilium_v1_StepBody, _consilium_v1_Empty, _consilium_v1_StepBody__Output, _consilium_v1_Empty__Output>
  Sign: MethodDefinition<_consilium_v1_StepBody, _consilium_v1_Empty, _consilium_v1_StepBody__Output, _consilium_v1_Empty__Output>
  Watch: MethodDefinition<_consilium_v1_Empty, _consilium_v1_Asks, _consilium_v1_Empty__Output, _consilium_v1_Asks__Output>
}
