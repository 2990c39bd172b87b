// Original file: proto/consilium/v1/models.proto


export interface ScoredNotice {
  /**
   * SHA-256 of the job specification, 32 bytes.
   */
  'job'?: (Buffer | Uint8Array | string);
  'stage'?: (string);
}

export interface ScoredNotice__Output {
  /**
   * SHA-256 of the job specification, 32 bytes.
   */
  'job': (Buffer);
  'stage': (string);
}
