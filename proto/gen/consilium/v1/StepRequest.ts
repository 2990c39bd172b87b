// Original file: proto/consilium/v1/common.proto

import type { OpeningKey as _consilium_v1_OpeningKey, OpeningKey__Output as _consilium_v1_OpeningKey__Output } from '../../consilium/v1/OpeningKey.ts';

export interface StepRequest {
  'key'?: (_consilium_v1_OpeningKey | null);
}

export interface StepRequest__Output {
  'key': (_consilium_v1_OpeningKey__Output | null);
}
