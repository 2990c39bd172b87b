// Original file: proto/consilium/v1/enrolment.proto

import type * as grpc from '@grpc/grpc-js'
import type { MethodDefinition } from '@grpc/proto-loader'
import type { Body as _consilium_v1_Body, Body__Output as _consilium_v1_Body__Output } from '../../consilium/v1/Body.ts';

export interface EnrolmentClient extends grpc.Client {
  /**
   * enrolRequest -> enrolReply (proto/messages.ts). The token is good once.
   */
  Enrol(argument: _consilium_v1_Body, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  Enrol(argument: _consilium_v1_Body, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  Enrol(argument: _consilium_v1_Body, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  Enrol(argument: _consilium_v1_Body, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  /**
   * enrolRequest -> enrolReply (proto/messages.ts). The token is good once.
   */
  enrol(argument: _consilium_v1_Body, metadata: grpc.Metadata, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  enrol(argument: _consilium_v1_Body, metadata: grpc.Metadata, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  enrol(argument: _consilium_v1_Body, options: grpc.CallOptions, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  enrol(argument: _consilium_v1_Body, callback: grpc.requestCallback<_consilium_v1_Body__Output>): grpc.ClientUnaryCall;
  
}

export interface EnrolmentHandlers extends grpc.UntypedServiceImplementation {
  /**
   * enrolRequest -> enrolReply (proto/messages.ts). The token is good once.
   */
  Enrol: grpc.handleUnaryCall<_consilium_v1_Body__Output, _consilium_v1_Body>;
  
}

export interface EnrolmentDefinition extends grpc.ServiceDefinition {
  Enrol: MethodDefinition<_consilium_v1_Body, _consilium_v1_Body, _consilium_v1_Body__Output, _consilium_v1_Body__Output>
}
