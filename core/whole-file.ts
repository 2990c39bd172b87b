// Files that are whole or not there: what a kill leaves is the old file, the new one or none, never a half.
import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'

/** Mode 0600; durable, then put in place by rename. A name of its own for each process: two that write at once do not mix. */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const half = `${file}.${process.pid}.half`
  const descriptor = openSync(half, 'w', 0o600)
  try {
    writeFileSync(descriptor, content)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(half, file)
}
