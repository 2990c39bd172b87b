// Blobs as files of one folder. A whole blob appears by rename, so a half-written one is never seen; the folder is synced too,
// so that the name is as durable as the bytes.
import { mkdirSync } from 'node:fs'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { refuse } from '../errors.ts'
import { checkBlobName, checkOffset, isBlobName } from './store.ts'

export interface BlobFolder {
  put(name: string, bytes: Uint8Array): Promise<void>
  append(name: string, offset: number, bytes: Uint8Array): Promise<void>
  sync(name: string): Promise<void>
  size(name: string): Promise<number | null>
  read(name: string, offset?: number, length?: number): Promise<Uint8Array>
  delete(name: string): Promise<void>
  names(): Promise<readonly string[]>
}

const HALF = '.half'

/** Creates the folder (mode 0700). @throws STORE. */
export function openBlobFolder(folder: string): BlobFolder {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw refuse('STORE', `cannot open the store in ${folder}`, error)
  }
  const path = (name: string): string => join(folder, checkBlobName(name))
  const inOrder = createQueues()
  /** Before the first write, not at the opening: who only reads must not disturb the process that writes. */
  let swept: Promise<void> | undefined
  return {
    async put(name, bytes) {
      swept ??= removeHalves(folder)
      await swept
      await inOrder(name, () => putWhole(folder, path(name), join(folder, `.${name}${HALF}`), bytes))
    },
    append: (name, offset, bytes) => inOrder(name, () => appendAt(path(name), name, offset, bytes)),
    sync: (name) => inOrder(name, () => syncFile(folder, path(name), name)),
    size: (name) => inOrder(name, () => sizeOf(path(name))),
    read: (name, offset, length) => inOrder(name, () => readPart(path(name), name, offset, length)),
    async delete(name) {
      await inOrder(name, () => rm(path(name), { force: true }))
      await syncFolder(folder)
    },
    names: async () => (await readdir(folder)).filter(isBlobName).sort(),
  }
}

/** Runs the calls on one name one after the other, in order: two appends at the same offset cannot both find it free. */
function createQueues(): <T>(name: string, call: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>()
  return async (name, call) => {
    const done = (last.get(name) ?? Promise.resolve()).then(call)
    const settled = done.catch(() => undefined)
    last.set(name, settled)
    try {
      return await done
    } finally {
      if (last.get(name) === settled) last.delete(name)
    }
  }
}

/** Removes what a killed process left half written. */
async function removeHalves(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter((name) => name.startsWith('.') && name.endsWith(HALF))
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true })))
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}
const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT'

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r')
  await handle.sync()
}

async function putWhole(folder: string, target: string, half: string, bytes: Uint8Array): Promise<void> {
  {
    await using handle = await open(half, 'w', 0o600)
    await handle.writeFile(bytes)
    await handle.sync()
  }
  await rename(half, target)
  await syncFolder(folder)
}

async function appendAt(path: string, name: string, offset: number, bytes: Uint8Array): Promise<void> {
  const size = (await sizeOf(path)) ?? 0
  if (size !== offset) throw refuse('OFFSET', `${name}: ${size} bytes there, ${offset} asked`)
  await using handle = await open(path, 'a', 0o600)
  await handle.writeFile(bytes)
}

async function syncFile(folder: string, path: string, name: string): Promise<void> {
  if ((await sizeOf(path)) === null) throw refuse('NOT_FOUND', `no blob ${name}`)
  {
    await using handle = await open(path, 'r+')
    await handle.sync()
  }
  await syncFolder(folder)
}

async function readPart(path: string, name: string, offset = 0, length = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  checkOffset(name, offset)
  const size = await sizeOf(path)
  if (size === null) throw refuse('NOT_FOUND', `no blob ${name}`)
  const bytes = new Uint8Array(Math.max(0, Math.min(size - offset, length)))
  await using handle = await open(path, 'r')
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, offset + done)
    if (bytesRead === 0) throw refuse('STORE', `blob ${name} ended early`)
    done += bytesRead
  }
  return bytes
}
