// Original file: proto/consilium/v1/models.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Chunk as _consilium_v1_Chunk, Chunk__Output as _consilium_v1_Chunk__Output } from '../../consilium/v1/Chunk.ts';
import type { Empty as _consilium_v1_Empty, Empty__Output as _consilium_v1_Empty__Output } from '../../consilium/v1/Empty.ts';
import type { ScoredNotice as _consilium_v1_ScoredNotice, ScoredNotice__Output as _consilium_v1_ScoredNotice__Output } from '../../consilium/v1/ScoredNotice.ts';
import type { StepRequest as _consilium_v1_StepRequest, StepRequest__Output as _consilium_v1_StepRequest__Output } from '../../consilium/v1/StepRequest.ts';

export interface ModelsClient extends grpc.Client {
  /**
   * The member has verified the release and taken the state.
   */
  Adopted(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Adopted(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Adopted(argument: _consilium_v1_StepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Adopted(argument: _consilium_v1_StepRequest, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  /**
   * The member has verified the release and taken the state.
   */
  adopted(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  adopted(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  adopted(argument: _consilium_v1_StepRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  adopted(argument: _consilium_v1_StepRequest, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  /**
   * releaseBundle: verified by every member itself.
   */
  FetchRelease(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  FetchRelease(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  /**
   * releaseBundle: verified by every member itself.
   */
  fetchRelease(argument: _consilium_v1_StepRequest, metadata: grpc.Metadata, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  fetchRelease(argument: _consilium_v1_StepRequest, options?: grpc.CallOptions): grpc.ClientReadableStream<_consilium_v1_Chunk__Output>;
  
  /**
   * The member has scored its own rows with the model of this stage. No figure travels.
   */
  Scored(argument: _consilium_v1_ScoredNotice, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Scored(argument: _consilium_v1_ScoredNotice, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Scored(argument: _consilium_v1_ScoredNotice, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  Scored(argument: _consilium_v1_ScoredNotice, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  /**
   * The member has scored its own rows with the model of this stage. No figure travels.
   */
  scored(argument: _consilium_v1_ScoredNotice, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  scored(argument: _consilium_v1_ScoredNotice, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  scored(argument: _consilium_v1_ScoredNotice, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  scored(argument: _consilium_v1_ScoredNotice, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
}

export interface ModelsHandlers extends grpc.UntypedServiceImplementation {
  /**
   * The member has verified the release and taken the state.
   */
  Adopted: grpc.handleUnaryCall<_consilium_v1_StepRequest__Output, _consilium_v1_Empty>;
  
  /**
   * releaseBundle: verified by every member itself.
   */
  FetchRelease: grpc.handleServerStreamingCall<_consilium_v1_StepRequest__Output, _consilium_v1_Chunk>;
  
  /**
   * The member has scored its own rows with the model of this stage. No figure travels.
   */
  Scored: grpc.handleUnaryCall<_consilium_v1_ScoredNotice__Output, _consilium_v1_Empty>;
  
}

export interface ModelsDefinition extends grpc.ServiceDefinition {
  Adopted: MethodDefinition<_consilium_v1_StepRequest, _consilium_v1_Empty, _consilium_v1_StepRequest__Output, _consilium_v1_Empty__Output>
  FetchRelease: MethodDefinition<_consilium_v1_StepRequest, _consilium_v1_Chunk, _consilium_v1_StepRequest__Output, _consilium_v1_Chunk__Output>
  Scored: MethodDefinition<_consilium_v1_ScoredNotice, _consilium_v1_Empty, _consilium_v1_ScoredNotice__Output, _consilium_v1_Empty__Output>
}
