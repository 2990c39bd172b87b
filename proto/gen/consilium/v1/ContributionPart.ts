// Original file: proto/consilium/v1/steps.proto

import type { ContributionHeader as _consilium_v1_ContributionHeader, ContributionHeader__Output as _consilium_v1_ContributionHeader__Output } from '../../consilium/v1/ContributionHeader.ts';
import type { ContributionEnd as _consilium_v1_ContributionEnd, ContributionEnd__Output as _consilium_v1_ContributionEnd__Output } from '../../consilium/v1/ContributionEnd.ts';

export interface ContributionPart {
  /**
   * First, and only first.
   */
  'header'?: (_consilium_v1_ContributionHeader | null);
  /**
   * 1 byte to 1 MiB.
   */
  'chunk'?: (Buffer | Uint8Array | string);
  /**
   * Last. Without it the upload was cut, however the stream ended: HTTP/2 servers may see a reset as an end.
   */
  'end'?: (_consilium_v1_ContributionEnd | null);
  'part'?: "header"|"chunk"|"end";
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
  /**
   * Last. Without it the upload was cut, however the stream ended: HTTP/2 servers may see a reset as an end.
   */
  'end'?: (_consilium_v1_ContributionEnd__Output | null);
  'part'?: "header"|"chunk"|"end";
}
