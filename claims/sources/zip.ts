// The one CSV file of a zip archive, or a plain file, as text. Inflating stops at the bound whatever size the archive declares
// (the published CMS archives declare none: they put it into a zip64 field).
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { type AsyncFlateStreamHandler, Unzip } from 'fflate'
import { refuse } from '../../core/errors.ts'

const MOST_BYTES = 512 * 2 ** 20

/** @throws BAD_DATA where it cannot be read, is no zip of one CSV file, or inflates to more than 512 MiB. */
export async function readTextOrZip(path: string): Promise<string> {
  const name = basename(path)
  const bytes = await readFile(path).catch((error: unknown) => {
    throw refuse('BAD_DATA', `${name}: cannot be read`, error)
  })
  if (bytes.length > MOST_BYTES) throw refuse('BAD_DATA', `${name}: expected at most 512 MiB`)
  return path.endsWith('.zip') ? inflate(name, bytes) : bytes.toString('utf8')
}

/** fflate finds the file; Node's zlib inflates it, many times faster, and keeps the bound itself. */
class Inflate {
  static compression = 8
  ondata: AsyncFlateStreamHandler = () => undefined
  readonly #chunks: Uint8Array[] = []
  push(chunk: Uint8Array, last: boolean): void {
    this.#chunks.push(chunk)
    if (last) this.ondata(null, inflateRawSync(Buffer.concat(this.#chunks), { maxOutputLength: MOST_BYTES }), true)
  }
}

function inflate(name: string, bytes: Uint8Array): string {
  const found: Uint8Array[] = []
  const unzip = new Unzip((file) => {
    if (!file.name.endsWith('.csv') || file.name.startsWith('__MACOSX')) return
    file.ondata = (error, content) => {
      if (error) throw error
      found.push(content)
    }
    file.start()
  })
  unzip.register(Inflate)
  try {
    unzip.push(bytes, true)
  } catch (error) {
    throw refuse('BAD_DATA', `${name}: not a readable zip archive, or more than 512 MiB in it`, error)
  }
  const [only, ...others] = found
  if (!only || others.length > 0) throw refuse('BAD_DATA', `${name}: expected a zip archive of exactly one CSV file, whole`)
  return Buffer.from(only.buffer, only.byteOffset, only.byteLength).toString('utf8')
}
