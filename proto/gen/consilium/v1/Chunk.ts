// Original file: proto/consilium/v1/common.proto


/**
 * The next part of a stream of bytes: 1 byte to 1 MiB.
 */
export interface Chunk {
  'chunk'?: (Buffer | Uint8Array | string);
}

/**
 * The next part of a stream of bytes: 1 byte to 1 MiB.
 */
export interface Chunk__Output {
  'chunk': (Buffer);
}
