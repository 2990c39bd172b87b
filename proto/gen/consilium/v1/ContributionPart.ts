// Original file: proto/consilium/v1/steps.proto

import type { ContributionHeader as _consilium_v1_ContributionHeader, ContributionHeader__Output as _consilium_v1_ContributionHeader__Output } from '../../consilium/v1/ContributionHeader.ts';

export interface ContributionPart {
  /**
   * First, and only first.
   */
  'header'?: (_consilium_v1_ContributionHeader | null);
  /**
   * 1 byte to 1 MiB.
   */
  'chunk'?: (Buffer | Uint8Array | string);
  'part'?: "header"|"chunk";
}

export interface ContributionPart__Output {
  /**
   * First, and only first.
   */
  'header'?: (_consilium_v1_ContributionHeader__Output | null);
  /**
   * 1 byte to 1 MiB.
   */
  'chunk'?: (Buffer);
  'part'?: "header"|"chunk";
}
