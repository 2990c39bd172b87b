// Original file: proto/consilium/v1/common.proto


/**
 * A thing named by its SHA-256, 32 bytes.
 */
export interface HashRequest {
  'hash'?: (Buffer | Uint8Array | string);
}

/**
 * A thing named by its SHA-256, 32 bytes.
 */
export interface HashRequest__Output {
  'hash': (Buffer);
}
