// Original file: proto/consilium/v1/steps.proto

import type { OpeningKey as _consilium_v1_OpeningKey, OpeningKey__Output as _consilium_v1_OpeningKey__Output } from '../../consilium/v1/OpeningKey.ts';

/**
 * A custodian's refusal to sign, answer or co-sign: a code, never free text.
 */
export interface RequestRefusal {
  'key'?: (_consilium_v1_OpeningKey | null);
  /**
   * sign | answer | cosign
   */
  'phase'?: (string);
  'code'?: (string);
}

/**
 * A custodian's refusal to sign, answer or co-sign: a code, never free text.
 */
export interface RequestRefusal__Output {
  'key': (_consilium_v1_OpeningKey__Output | null);
  /**
   * sign | answer | cosign
   */
  'phase': (string);
  'code': (string);
}
