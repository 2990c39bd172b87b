// Bytes that are nearly right: valid encodings with bits flipped, ends cut off or added, length fields changed, pieces of other messages in the
// middle. Random bytes alone are refused at their first length and test nothing behind it.

/** xorshift32: a case is a seed, and no disk or key hangs on it. */
export function createDice(seed: number): (below: number) => number {
  let x = seed | 1
  return (below) => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) % below
  }
}
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff]

/** A copy of `good`, changed in one to three ways. */
export function mutate(good: Uint8Array, other: Uint8Array, dice: (below: number) => number): Uint8Array {
  let bytes = Buffer.from(good)
  for (let times = 1 + dice(3); times > 0; times--) bytes = once(bytes, other, dice)
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)
}

function once(bytes: Buffer, other: Uint8Array, dice: (below: number) => number): Buffer<ArrayBuffer> {
  const length = bytes.length
  // Headers and lengths stand at the front of a message more often than at its end.
  const at = length === 0 ? 0 : dice(3) === 0 ? dice(length) : dice(Math.min(length, 64))
  const copy = Buffer.from(bytes)
  switch (dice(8)) {
    case 0:
    case 1:
      if (length > 0) copy[at] = (copy[at] as number) ^ (1 << dice(8))
      return copy
    case 2:
      return Buffer.from(bytes.subarray(0, at))
    case 3:
      return Buffer.concat([bytes, other.subarray(0, 1 + dice(40))])
    case 4:
      if (at + 4 <= length) copy.writeUInt32LE(EXTREMES[dice(EXTREMES.length)] as number, at)
      return copy
    case 5:
      if (at + 4 <= length) copy.writeUInt32LE((copy.readUInt32LE(at) + dice(5) - 2) >>> 0, at)
      return copy
    case 6: {
      const from = dice(Math.max(1, other.length))
      copy.set(other.subarray(from, Math.min(other.length, from + Math.min(1 + dice(64), length - at))), at)
      return copy
    }
    default: {
      const cut = Math.min(length, at + 1 + dice(40))
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(cut)])
    }
  }
}
