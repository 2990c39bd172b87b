// Original file: proto/consilium/v1/steps.proto

import type { OpeningKey as _consilium_v1_OpeningKey, OpeningKey__Output as _consilium_v1_OpeningKey__Output } from '../../consilium/v1/OpeningKey.ts';

/**
 * A plan refused by a member's own policy: a code, never free text.
 */
export interface Refusal {
  'key'?: (_consilium_v1_OpeningKey | null);
  'code'?: (string);
}

/**
 * A plan refused by a member's own policy: a code, never free text.
 */
export interface Refusal__Output {
  'key': (_consilium_v1_OpeningKey__Output | null);
  'code': (string);
}
