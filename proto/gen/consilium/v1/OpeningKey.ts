// Original file: proto/consilium/v1/common.proto


/**
 * The one key under which a sum opens.
 */
export interface OpeningKey {
  /**
   * SHA-256 of the job specification, 32 bytes.
   */
  'job'?: (Buffer | Uint8Array | string);
  'step'?: (number);
  'group'?: (number);
}

/**
 * The one key under which a sum opens.
 */
export interface OpeningKey__Output {
  /**
   * SHA-256 of the job specification, 32 bytes.
   */
  'job': (Buffer);
  'step': (number);
  'group': (number);
}
