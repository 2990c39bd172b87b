// Original file: proto/consilium/v1/common.proto


/**
 * One whole message.
 */
export interface Body {
  'body'?: (Buffer | Uint8Array | string);
}

/**
 * One whole message.
 */
export interface Body__Output {
  'body': (Buffer);
}
