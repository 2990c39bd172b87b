import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Body as _consilium_v1_Body, Body__Output as _consilium_v1_Body__Output } from './consilium/v1/Body.ts';
import type { Chunk as _consilium_v1_Chunk, Chunk__Output as _consilium_v1_Chunk__Output } from './consilium/v1/Chunk.ts';
import type { Empty as _consilium_v1_Empty, Empty__Output as _consilium_v1_Empty__Output } from './consilium/v1/Empty.ts';
import type { EpochNotice as _consilium_v1_EpochNotice, EpochNotice__Output as _consilium_v1_EpochNotice__Output } from './consilium/v1/EpochNotice.ts';
import type { HashRequest as _consilium_v1_HashRequest, HashRequest__Output as _consilium_v1_HashRequest__Output } from './consilium/v1/HashRequest.ts';
import type { MembersClient as _consilium_v1_MembersClient, MembersDefinition as _consilium_v1_MembersDefinition } from './consilium/v1/Members.ts';
import type { OpeningKey as _consilium_v1_OpeningKey, OpeningKey__Output as _consilium_v1_OpeningKey__Output } from './consilium/v1/OpeningKey.ts';
import type { StepBody as _consilium_v1_StepBody, StepBody__Output as _consilium_v1_StepBody__Output } from './consilium/v1/StepBody.ts';
import type { StepRequest as _consilium_v1_StepRequest, StepRequest__Output as _consilium_v1_StepRequest__Output } from './consilium/v1/StepRequest.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  consilium: {
    v1: {
      Body: MessageTypeDefinition<_consilium_v1_Body, _consilium_v1_Body__Output>
      Chunk: MessageTypeDefinition<_consilium_v1_Chunk, _consilium_v1_Chunk__Output>
      Empty: MessageTypeDefinition<_consilium_v1_Empty, _consilium_v1_Empty__Output>
      EpochNotice: MessageTypeDefinition<_consilium_v1_EpochNotice, _consilium_v1_EpochNotice__Output>
      HashRequest: MessageTypeDefinition<_consilium_v1_HashRequest, _consilium_v1_HashRequest__Output>
      Members: SubtypeConstructor<typeof grpc.Client, _consilium_v1_MembersClient> & { service: _consilium_v1_MembersDefinition }
      OpeningKey: MessageTypeDefinition<_consilium_v1_OpeningKey, _consilium_v1_OpeningKey__Output>
      StepBody: MessageTypeDefinition<_consilium_v1_StepBody, _consilium_v1_StepBody__Output>
      StepRequest: MessageTypeDefinition<_consilium_v1_StepRequest, _consilium_v1_StepRequest__Output>
    }
  }
}

