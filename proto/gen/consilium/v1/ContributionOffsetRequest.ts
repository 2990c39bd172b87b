// Original file: proto/consilium/v1/steps.proto

import type { OpeningKey as _consilium_v1_OpeningKey, OpeningKey__Output as _consilium_v1_OpeningKey__Output } from '../../consilium/v1/OpeningKey.ts';

export interface ContributionOffsetRequest {
  'key'?: (_consilium_v1_OpeningKey | null);
  'receiptHash'?: (Buffer | Uint8Array | string);
}

export interface ContributionOffsetRequest__Output {
  'key': (_consilium_v1_OpeningKey__Output | null);
  'receiptHash': (Buffer);
}
