// Original file: proto/consilium/v1/common.proto

import type { OpeningKey as _consilium_v1_OpeningKey, OpeningKey__Output as _consilium_v1_OpeningKey__Output } from '../../consilium/v1/OpeningKey.ts';

/**
 * One whole message about an opening key.
 */
export interface StepBody {
  'key'?: (_consilium_v1_OpeningKey | null);
  'body'?: (Buffer | Uint8Array | string);
}

/**
 * One whole message about an opening key.
 */
export interface StepBody__Output {
  'key': (_consilium_v1_OpeningKey__Output | null);
  'body': (Buffer);
}
