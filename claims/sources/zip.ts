// The one CSV file of a zip archive, or a plain file, as text. Inflating stops at the bound whatever size the archive declares
// (the published CMS archives declare none: they put it into a zip64 field).
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Unzip, UnzipInflate } from 'fflate'
import { isRefusal, refuse } from '../../core/errors.ts'

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

function inflate(name: string, bytes: Uint8Array): string {
  const chunks: Uint8Array[] = []
  let files = 0
  let size = 0
  let complete = false
  const unzip = new Unzip((file) => {
    if (!file.name.endsWith('.csv') || file.name.startsWith('__MACOSX')) return
    if (++files > 1) throw refuse('BAD_DATA', `${name}: expected a zip archive of exactly one CSV file`)
    file.ondata = (error, chunk, last) => {
      if (error) throw error
      size += chunk.length
      if (size > MOST_BYTES) throw refuse('BAD_DATA', `${name}: inflates to more than 512 MiB`)
      chunks.push(chunk)
      complete = last
    }
    file.start()
  })
  unzip.register(UnzipInflate)
  try {
    const step = 1 << 16
    for (let at = 0; at < bytes.length; at += step) unzip.push(bytes.subarray(at, at + step), at + step >= bytes.length)
  } catch (error) {
    throw isRefusal(error) ? error : refuse('BAD_DATA', `${name}: not a readable zip archive`, error)
  }
  if (!complete) throw refuse('BAD_DATA', `${name}: not a whole zip archive of one CSV file`)
  return Buffer.concat(chunks).toString('utf8')
}
