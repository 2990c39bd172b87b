import type * as grpc from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import type { Asks as _consilium_v1_Asks, Asks__Output as _consilium_v1_Asks__Output } from './consilium/v1/Asks.ts';
import type { Body as _consilium_v1_Body, Body__Output as _consilium_v1_Body__Output } from './consilium/v1/Body.ts';
import type { Chunk as _consilium_v1_Chunk, Chunk__Output as _consilium_v1_Chunk__Output } from './consilium/v1/Chunk.ts';
import type { ContributionEnd as _consilium_v1_ContributionEnd, ContributionEnd__Output as _consilium_v1_ContributionEnd__Output } from './consilium/v1/ContributionEnd.ts';
import type { ContributionHeader as _consilium_v1_ContributionHeader, ContributionHeader__Output as _consilium_v1_ContributionHeader__Output } from './consilium/v1/ContributionHeader.ts';
import type { ContributionOffsetRequest as _consilium_v1_ContributionOffsetRequest, ContributionOffsetRequest__Output as _consilium_v1_ContributionOffsetRequest__Output } from './consilium/v1/ContributionOffsetRequest.ts';
import type { ContributionPart as _consilium_v1_ContributionPart, ContributionPart__Output as _consilium_v1_ContributionPart__Output } from './consilium/v1/ContributionPart.ts';
import type { ContributionRequest as _consilium_v1_ContributionRequest, ContributionRequest__Output as _consilium_v1_ContributionRequest__Output } from './consilium/v1/ContributionRequest.ts';
import type { Empty as _consilium_v1_Empty, Empty__Output as _consilium_v1_Empty__Output } from './consilium/v1/Empty.ts';
import type { HashRequest as _consilium_v1_HashRequest, HashRequest__Output as _consilium_v1_HashRequest__Output } from './consilium/v1/HashRequest.ts';
import type { Offset as _consilium_v1_Offset, Offset__Output as _consilium_v1_Offset__Output } from './consilium/v1/Offset.ts';
import type { OpeningKey as _consilium_v1_OpeningKey, OpeningKey__Output as _consilium_v1_OpeningKey__Output } from './consilium/v1/OpeningKey.ts';
import type { Refusal as _consilium_v1_Refusal, Refusal__Output as _consilium_v1_Refusal__Output } from './consilium/v1/Refusal.ts';
import type { RequestRefusal as _consilium_v1_RequestRefusal, RequestRefusal__Output as _consilium_v1_RequestRefusal__Output } from './consilium/v1/RequestRefusal.ts';
import type { StepBody as _consilium_v1_StepBody, StepBody__Output as _consilium_v1_StepBody__Output } from './consilium/v1/StepBody.ts';
import type { StepRequest as _consilium_v1_StepRequest, StepRequest__Output as _consilium_v1_StepRequest__Output } from './consilium/v1/StepRequest.ts';
import type { StepsClient as _consilium_v1_StepsClient, StepsDefinition as _consilium_v1_StepsDefinition } from './consilium/v1/Steps.ts';

type SubtypeConstructor<Constructor extends new (...args: any) => any, Subtype> = {
  new(...args: ConstructorParameters<Constructor>): Subtype;
};

export interface ProtoGrpcType {
  consilium: {
    v1: {
      Asks: MessageTypeDefinition<_consilium_v1_Asks, _consilium_v1_Asks__Output>
      Body: MessageTypeDefinition<_consilium_v1_Body, _consilium_v1_Body__Output>
      Chunk: MessageTypeDefinition<_consilium_v1_Chunk, _consilium_v1_Chunk__Output>
      ContributionEnd: MessageTypeDefinition<_consilium_v1_ContributionEnd, _consilium_v1_ContributionEnd__Output>
      ContributionHeader: MessageTypeDefinition<_consilium_v1_ContributionHeader, _consilium_v1_ContributionHeader__Output>
      ContributionOffsetRequest: MessageTypeDefinition<_consilium_v1_ContributionOffsetRequest, _consilium_v1_ContributionOffsetRequest__Output>
      ContributionPart: MessageTypeDefinition<_consilium_v1_ContributionPart, _consilium_v1_ContributionPart__Output>
      ContributionRequest: MessageTypeDefinition<_consilium_v1_ContributionRequest, _consilium_v1_ContributionRequest__Output>
      Empty: MessageTypeDefinition<_consilium_v1_Empty, _consilium_v1_Empty__Output>
      HashRequest: MessageTypeDefinition<_consilium_v1_HashRequest, _consilium_v1_HashRequest__Output>
      Offset: MessageTypeDefinition<_consilium_v1_Offset, _consilium_v1_Offset__Output>
      OpeningKey: MessageTypeDefinition<_consilium_v1_OpeningKey, _consilium_v1_OpeningKey__Output>
      Refusal: MessageTypeDefinition<_consilium_v1_Refusal, _consilium_v1_Refusal__Output>
      RequestRefusal: MessageTypeDefinition<_consilium_v1_RequestRefusal, _consilium_v1_RequestRefusal__Output>
      StepBody: MessageTypeDefinition<_consilium_v1_StepBody, _consilium_v1_StepBody__Output>
      StepRequest: MessageTypeDefinition<_consilium_v1_StepRequest, _consilium_v1_StepRequest__Output>
      Steps: SubtypeConstructor<typeof grpc.Client, _consilium_v1_StepsClient> & { service: _consilium_v1_StepsDefinition }
    }
  }
}

