// Original file: proto/consilium/v1/steps.proto


export interface Asks {
  /**
   * list(ask), canonical bytes.
   */
  'asks'?: (Buffer | Uint8Array | string);
}

export interface Asks__Output {
  /**
   * list(ask), canonical bytes.
   */
  'asks': (Buffer);
}
