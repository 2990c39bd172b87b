// Secrets at rest: named byte strings in one file of mode 0600, each under AES-256-GCM with a key that scrypt derives from the operator's
// passphrase. Every change writes the whole file anew (fsync, rename, fsync of the folder), so a kill leaves the old file or the new one.
// Protects against who copies the disk or a backup; not against who reads this process's memory.
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from 'node:crypto'
import { closeSync, constants, fstatSync, fsyncSync, openSync, readFileSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { isRefusal, refuse } from './errors.ts'
import { SecretBytes } from './secret.ts'

export interface Keystore extends Disposable {
  /** A copy of the secret; null where there is none. @throws STORE where the file was tampered with. */
  get(name: string): SecretBytes | null
  /** Durable before it returns. The caller keeps its own bytes, and wipes them. */
  put(name: string, bytes: Uint8Array): void
  /** Durable before it returns: the ciphertext is gone from the file. Nothing happens where there is none. */
  delete(name: string): void
  names(): readonly string[]
}

interface Sealed {
  readonly iv: string
  readonly tag: string
  readonly data: string
}
interface KeystoreFile {
  readonly format: 'consilium-keystore'
  readonly version: 1
  readonly kdf: { readonly name: 'scrypt'; readonly N: number; readonly r: number; readonly p: number; readonly salt: string }
  /** Opens only with the right passphrase, also where no secret is stored yet. */
  readonly check: Sealed
  readonly secrets: Readonly<Record<string, Sealed>>
}

/** 32 MiB and about 0.2 s: equal in strength to N = 2^17, p = 1 (OWASP password storage, 2023). */
const SCRYPT = { N: 2 ** 15, r: 8, p: 3 } as const
/** What a file may ask for: fewer rounds would be a downgrade, more would be an attack on memory. */
const ACCEPTED = { least: 2 ** 15, most: 2 ** 20, r: 8, mostP: 16 } as const
const NAME = /^[A-Za-z0-9._-]{1,200}$/
const LONGEST_SECRET_BYTES = 1 << 20
const LONGEST_FILE_BYTES = 64 << 20
const CHECK = ''

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
const bytesOf = (text: unknown): Buffer => {
  if (typeof text !== 'string' || !/^([0-9a-f]{2})*$/.test(text)) throw refuse('STORE', 'the key store is damaged')
  return Buffer.from(text, 'hex')
}
/** Ties a ciphertext to its name: entries cannot be swapped within a file. */
const additional = (name: string): Buffer => Buffer.from(`consilium/keystore/1|${name}`)

function seal(key: Uint8Array, name: string, plain: Uint8Array): Sealed {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(additional(name))
  const data = Buffer.concat([cipher.update(plain), cipher.final()])
  return { iv: hex(iv), tag: hex(cipher.getAuthTag()), data: hex(data) }
}
/** null where tag, name or key do not fit. */
function unseal(key: Uint8Array, name: string, sealed: Sealed | undefined): Uint8Array | null {
  const [iv, tag, data] = [bytesOf(sealed?.iv), bytesOf(sealed?.tag), bytesOf(sealed?.data)]
  if (iv.length !== 12 || tag.length !== 16) throw refuse('STORE', 'the key store is damaged')
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAAD(additional(name)).setAuthTag(tag)
  const plain = decipher.update(data)
  try {
    decipher.final()
    return new Uint8Array(plain)
  } catch {
    return null
  } finally {
    plain.fill(0)
  }
}

const derive = (passphrase: SecretBytes, kdf: KeystoreFile['kdf']): Uint8Array =>
  new Uint8Array(scryptSync(passphrase.reveal(), bytesOf(kdf.salt), 32, { N: kdf.N, r: kdf.r, p: kdf.p, maxmem: 256 * kdf.N * kdf.r }))

function parseFile(text: string): KeystoreFile {
  const file = JSON.parse(text) as KeystoreFile
  const { kdf } = file
  const known =
    file.format === 'consilium-keystore' &&
    file.version === 1 &&
    kdf?.name === 'scrypt' &&
    Number.isInteger(kdf.N) &&
    kdf.N >= ACCEPTED.least &&
    kdf.N <= ACCEPTED.most &&
    kdf.r === ACCEPTED.r &&
    Number.isInteger(kdf.p) &&
    kdf.p >= 1 &&
    kdf.p <= ACCEPTED.mostP &&
    bytesOf(kdf.salt).length >= 16
  if (!known || typeof file.secrets !== 'object' || file.secrets === null || typeof file.check?.data !== 'string')
    throw refuse('STORE', 'not a key store of this version')
  return file
}

/** The file's text, or null where there is none. @throws BAD_CONFIG where others may read it. */
function readPrivateFile(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return null
  if ((stat.mode & 0o077) !== 0) throw refuse('BAD_CONFIG', `${path}: mode ${(stat.mode & 0o777).toString(8)}, at most 600 allowed (chmod 600)`)
  if (stat.size > LONGEST_FILE_BYTES) throw refuse('STORE', `${path}: too large for a key store`)
  return readFileSync(path, 'utf8')
}

/** Replaces the file in one step and overwrites what the old one held, unless something else (a backup by hard link) still names it. */
function replaceFile(path: string, text: string): void {
  const half = `${path}.half`
  const fresh = openSync(half, 'w', 0o600)
  try {
    writeFileSync(fresh, text)
    fsyncSync(fresh)
  } finally {
    closeSync(fresh)
  }
  const old = statSync(path, { throwIfNoEntry: false }) ? openSync(path, constants.O_RDWR) : null
  try {
    renameSync(half, path)
    const folder = openSync(dirname(path), 'r')
    fsyncSync(folder)
    closeSync(folder)
    if (old !== null) overwrite(old)
  } finally {
    if (old !== null) closeSync(old)
  }
}
function overwrite(file: number): void {
  const { nlink, size } = fstatSync(file)
  if (nlink !== 0 || size === 0) return
  writeSync(file, new Uint8Array(size), 0, size, 0)
  fsyncSync(file)
}

/**
 * Opens the key store, or creates it with its first change. Scrypt runs once, here; the derived key stays in memory until disposal.
 * One process at a time: a file that changed behind this one's back is not overwritten.
 * @throws WRONG_PASSPHRASE | STORE | BAD_CONFIG (the file's mode).
 */
export function openKeystore(path: string, passphrase: SecretBytes): Keystore {
  return reporting(path, () => {
    let text = readPrivateFile(path)
    const kdf = text === null ? { name: 'scrypt' as const, ...SCRYPT, salt: hex(randomBytes(32)) } : parseFile(text).kdf
    const key = derive(passphrase, kdf)
    let file: KeystoreFile =
      text === null ? { format: 'consilium-keystore', version: 1, kdf, check: seal(key, CHECK, new Uint8Array()), secrets: {} } : parseFile(text)
    if (unseal(key, CHECK, file.check) === null) throw refuse('WRONG_PASSPHRASE', `${path} does not open with this passphrase`)

    const write = (secrets: KeystoreFile['secrets']): void =>
      reporting(path, () => {
        if (readPrivateFile(path) !== text) throw refuse('STORE', `${path} was changed by another process`)
        const next = { ...file, secrets }
        const nextText = `${JSON.stringify(next, null, 1)}\n`
        replaceFile(path, nextText)
        file = next
        text = nextText
      })
    return {
      get(name) {
        const sealed = Object.hasOwn(file.secrets, name) ? file.secrets[name] : undefined
        if (!sealed) return null
        const plain = unseal(key, name, sealed)
        if (!plain) throw refuse('STORE', `${path}: the secret ${name} is damaged`)
        return new SecretBytes(plain)
      },
      put(name, bytes) {
        if (!NAME.test(name)) throw refuse('STORE', `secret name ${JSON.stringify(name.slice(0, 80))}`)
        if (bytes.length > LONGEST_SECRET_BYTES) throw refuse('TOO_LARGE', `a secret of ${bytes.length} bytes`)
        write({ ...file.secrets, [name]: seal(key, name, bytes) })
      },
      delete(name) {
        if (!Object.hasOwn(file.secrets, name)) return
        const { [name]: _gone, ...rest } = file.secrets
        write(rest)
      },
      names: () => Object.keys(file.secrets).sort(),
      [Symbol.dispose]: () => key.fill(0),
    }
  })
}

/** Whatever the file system says becomes one coded line that names the file. */
function reporting<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw isRefusal(error) ? error : refuse('STORE', `${path}: ${error instanceof Error ? error.message : 'cannot be read or written'}`, error)
  }
}

/**
 * The passphrase, from a file (first choice; not readable by everyone) or from the environment variable named `env`. One trailing line
 * end is not part of it.
 * @throws BAD_CONFIG with one line that says what to do.
 */
export function readPassphrase(
  source: { readonly file?: string; readonly env?: string },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SecretBytes {
  if (source.file !== undefined) return passphraseOf(readPassphraseFile(source.file), source.file)
  const value = source.env === undefined ? undefined : environment[source.env]
  if (value === undefined)
    throw refuse('BAD_CONFIG', `passphrase: give a file${source.env === undefined ? '' : `, or set the environment variable ${source.env}`}`)
  return passphraseOf(value, source.env ?? '')
}
function readPassphraseFile(path: string): string {
  let mode: number
  let text: string
  try {
    mode = statSync(path).mode
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw refuse('BAD_CONFIG', `passphrase file ${path} cannot be read`, error)
  }
  if ((mode & 0o007) !== 0) throw refuse('BAD_CONFIG', `passphrase file ${path}: mode ${(mode & 0o777).toString(8)} lets everyone in (chmod 600)`)
  return text
}
function passphraseOf(text: string, where: string): SecretBytes {
  const passphrase = text.replace(/\r?\n$/, '')
  if (passphrase === '') throw refuse('BAD_CONFIG', `passphrase: ${where} is empty`)
  return new SecretBytes(new Uint8Array(Buffer.from(passphrase, 'utf8')))
}
