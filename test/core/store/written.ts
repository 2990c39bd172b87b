// What writer.ts writes, as a function of the turn alone, so that whoever reads it knows whether it is whole.
export const PUT = 'put'
export const GROWN = 'grown'

/** 1 to 3,000 bytes. */
export const bodyOf = (turn: number): Uint8Array => new Uint8Array(((turn * 7_919) % 3_000) + 1).fill(turn % 251)
/** 4 bytes of the turn, then 50,000 that repeat it. */
export function putOf(turn: number): Uint8Array {
  const bytes = new Uint8Array(50_004).fill(turn % 251)
  new DataView(bytes.buffer).setUint32(0, turn)
  return bytes
}
export const turnOfPut = (bytes: Uint8Array): number => new DataView(bytes.buffer).getUint32(0)
