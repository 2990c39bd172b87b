// Original file: proto/consilium/v1/members.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Body as _consilium_v1_Body, Body__Output as _consilium_v1_Body__Output } from '../../consilium/v1/Body.ts';
import type { Empty as _consilium_v1_Empty, Empty__Output as _consilium_v1_Empty__Output } from '../../consilium/v1/Empty.ts';
import type { EpochNotice as _consilium_v1_EpochNotice, EpochNotice__Output as _consilium_v1_EpochNotice__Output } from '../../consilium/v1/EpochNotice.ts';
import type { HashRequest as _consilium_v1_HashRequest, HashRequest__Output as _consilium_v1_HashRequest__Output } from '../../consilium/v1/HashRequest.ts';

export interface MembersClient extends grpc.Client {
  /**
   * The id of a frozen extract, signed by its hospital.
   */
  DeclareSnapshot(argument: _consilium_v1_Body, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeclareSnapshot(argument: _consilium_v1_Body, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeclareSnapshot(argument: _consilium_v1_Body, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  DeclareSnapshot(argument: _consilium_v1_Body, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  /**
   * The id of a frozen extract, signed by its hospital.
   */
  declareSnapshot(argument: _consilium_v1_Body, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  declareSnapshot(argument: _consilium_v1_Body, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  declareSnapshot(argument: _consilium_v1_Body, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  declareSnapshot(argument: _consilium_v1_Body, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  /**
   * keyEpoch, by its hash.
   */
  FetchKeyEpoch(argument: _consilium_v1_HashRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  FetchKeyEpoch(argument: _consilium_v1_HashRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  FetchKeyEpoch(argument: _consilium_v1_HashRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  FetchKeyEpoch(argument: _consilium_v1_HashRequest, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  /**
   * keyEpoch, by its hash.
   */
  fetchKeyEpoch(argument: _consilium_v1_HashRequest, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  fetchKeyEpoch(argument: _consilium_v1_HashRequest, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  fetchKeyEpoch(argument: _consilium_v1_HashRequest, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  fetchKeyEpoch(argument: _consilium_v1_HashRequest, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  
  /**
   * rosterBundle: every agreed roster with its signatures, and the proposed one.
   */
  FetchRoster(argument: _consilium_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  FetchRoster(argument: _consilium_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  FetchRoster(argument: _consilium_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  FetchRoster(argument: _consilium_v1_Empty, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  /**
   * rosterBundle: every agreed roster with its signatures, and the proposed one.
   */
  fetchRoster(argument: _consilium_v1_Empty, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  fetchRoster(argument: _consilium_v1_Empty, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  fetchRoster(argument: _consilium_v1_Empty, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  fetchRoster(argument: _consilium_v1_Empty, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  
  /**
   * A custodian dropped its sealing keys up to this key epoch: the next one is wanted.
   */
  GiveUpEpoch(argument: _consilium_v1_EpochNotice, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  GiveUpEpoch(argument: _consilium_v1_EpochNotice, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  GiveUpEpoch(argument: _consilium_v1_EpochNotice, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  GiveUpEpoch(argument: _consilium_v1_EpochNotice, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  /**
   * A custodian dropped its sealing keys up to this key epoch: the next one is wanted.
   */
  giveUpEpoch(argument: _consilium_v1_EpochNotice, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  giveUpEpoch(argument: _consilium_v1_EpochNotice, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  giveUpEpoch(argument: _consilium_v1_EpochNotice, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  giveUpEpoch(argument: _consilium_v1_EpochNotice, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  /**
   * A custodian's signed sealing key.
   */
  PublishSealingKey(argument: _consilium_v1_Body, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  PublishSealingKey(argument: _consilium_v1_Body, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  PublishSealingKey(argument: _consilium_v1_Body, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  PublishSealingKey(argument: _consilium_v1_Body, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  /**
   * A custodian's signed sealing key.
   */
  publishSealingKey(argument: _consilium_v1_Body, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  publishSealingKey(argument: _consilium_v1_Body, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  publishSealingKey(argument: _consilium_v1_Body, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  publishSealingKey(argument: _consilium_v1_Body, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
  /**
   * 64 bytes over the proposed roster, or over the current one.
   */
  SignRoster(argument: _consilium_v1_Body, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  SignRoster(argument: _consilium_v1_Body, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  SignRoster(argument: _consilium_v1_Body, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  SignRoster(argument: _consilium_v1_Body, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  /**
   * 64 bytes over the proposed roster, or over the current one.
   */
  signRoster(argument: _consilium_v1_Body, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  signRoster(argument: _consilium_v1_Body, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  signRoster(argument: _consilium_v1_Body, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  signRoster(argument: _consilium_v1_Body, callback: grpc.requestCallback<_consilium_v1_Empty__Output>): grpc.ClientUnaryCall;
  
}

export interface MembersHandlers extends grpc.UntypedServiceImplementation {
  /**
   * The id of a frozen extract, signed by its hospital.
   */
  DeclareSnapshot: grpc.handleUnaryCall<_consilium_v1_Body__Output, _consilium_v1_Empty>;
  
  /**
   * keyEpoch, by its hash.
   */
  FetchKeyEpoch: grpc.handleUnaryCall<_consilium_v1_HashRequest__Output, _consilium_v1_Body>;
  
  /**
   * rosterBundle: every agreed roster with its signatures, and the proposed one.
   */
  FetchRoster: grpc.handleUnaryCall<_consilium_v1_Empty__Output, _consilium_v1_Body>;
  
  /**
   * A custodian dropped its sealing keys up to this key epoch: the next one is wanted.
   */
  GiveUpEpoch: grpc.handleUnaryCall<_consilium_v1_EpochNotice__Output, _consilium_v1_Empty>;
  
  /**
   * A custodian's signed sealing key.
   */
  PublishSealingKey: grpc.handleUnaryCall<_consilium_v1_Body__Output, _consilium_v1_Empty>;
  
  /**
   * 64 bytes over the proposed roster, or over the current one.
   */
  SignRoster: grpc.handleUnaryCall<_consilium_v1_Body__Output, _consilium_v1_Empty>;
  
}

export interface MembersDefinition extends grpc.ServiceDefinition {
  DeclareSnapshot: MethodDefinition<_consilium_v1_Body, _consilium_v1_Empty, _consilium_v1_Body__Output, _consilium_v1_Empty__Output>
  FetchKeyEpoch: MethodDefinition<_consilium_v1_HashRequest, _consilium_v1_Body, _consilium_v1_HashRequest__Output, _consilium_v1_Body__Output>
  FetchRoster: MethodDefinition<_consilium_v1_Empty, _consilium_v1_Body, _consilium_v1_Empty__Output, _consilium_v1_Body__Output>
  GiveUpEpoch: MethodDefinition<_consilium_v1_EpochNotice, _consilium_v1_Empty, _consilium_v1_EpochNotice__Output, _consilium_v1_Empty__Output>
  PublishSealingKey: MethodDefinition<_consilium_v1_Body, _consilium_v1_Empty, _consilium_v1_Body__Output, _consilium_v1_Empty__Output>
  SignRoster: MethodDefinition<_consilium_v1_Body, _consilium_v1_Empty, _consilium_v1_Body__Output, _consilium_v1_Empty__Output>
}
