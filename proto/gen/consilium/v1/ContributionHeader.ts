// Original file: proto/consilium/v1/steps.proto

import type { OpeningKey as _consilium_v1_OpeningKey, OpeningKey__Output as _consilium_v1_OpeningKey__Output } from '../../consilium/v1/OpeningKey.ts';
import type { Long } from '@grpc/proto-loader';

export interface ContributionHeader {
  'key'?: (_consilium_v1_OpeningKey | null);
  /**
   * The signed receipt, canonical bytes.
   */
  'receipt'?: (Buffer | Uint8Array | string);
  /**
   * Where the chunks that follow begin.
   */
  'offset'?: (number | string | Long);
}

export interface ContributionHeader__Output {
  'key': (_consilium_v1_OpeningKey__Output | null);
  /**
   * The signed receipt, canonical bytes.
   */
  'receipt': (Buffer);
  /**
   * Where the chunks that follow begin.
   */
  'offset': (number);
}
