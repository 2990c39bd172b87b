// A cipher whose adding and opening run as jobs of a Work, off the daemon's own thread.
import { refuse } from '../../core/errors.ts'
import type { Work } from '../../core/work/work.ts'
import type { Cipher, CipherName } from '../cipher.ts'
import { addJob, openJob } from '../jobs.ts'

/** Encrypting is not offered: one-time keys live in a worker of their own, that ends with its job (encryptJob). */
export function cipherInWork(work: Work, cipher: CipherName, signal?: AbortSignal): Cipher {
  const options = signal ? { signal } : {}
  return {
    name: cipher,
    encrypt: () => Promise.reject(refuse('INTERNAL', 'contributions are encrypted by encryptJob alone')),
    add: (partial, contributions) => work.run(addJob, { cipher, partial: partial && [...partial], contributions: contributions.map((c) => [...c]) }, options),
    open: (planHash, aggregate, keySum, contributors) =>
      work.run(openJob, { cipher, planHash, aggregate: [...aggregate], keySum, ...(contributors === undefined ? {} : { contributors }) }, options),
  }
}
