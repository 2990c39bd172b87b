// Every bound on what is taken from outside, in one place. Checked before anything is allocated.
export const LIMITS = {
  members: 10_000,
  custodians: 10,
  /** Ciphertexts a contribution: 1,024 x 8,191 lanes of 29 bits. */
  ciphertexts: 1_024,
  /** Lanes a vector. */
  lanes: 8_388_608,
  /** A task's state or parameters, in bytes. */
  stateBytes: 64 * 2 ** 20,
  paramsBytes: 1 << 20,
  /** Any other signed message. */
  messageBytes: 4 * 2 ** 20,
  chunkBytes: 1 << 20,
  stages: 64,
  nameBytes: 200,
} as const
