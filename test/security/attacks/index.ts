// Every attack with the address of its file.
import type { Attack } from '../attack.ts'

const FILES = [
  'roll-repeated',
  'roll-alone',
  'two-rolls',
  'roll-cuts-block',
  'roll-omits-signer',
  'no-certificate',
  'swapped-aggregate',
  'swapped-contribution',
  'false-release',
  'uncosigned-release',
  'light-aggregate',
  'trap-state',
  'second-plan',
  'strangers-invited',
  'overlapping-groups',
  'swapped-sealing-keys',
  'beyond-policy',
  'endless-plans',
  'own-snapshot',
  'daily-boundary',
  'row-filter',
  'repeated-query',
  'shifted-borders',
  'own-custodians',
  'old-key-epoch',
  'journal-rolled-back',
  'regrouped',
  'different-plans',
  'replayed-plan',
  'replayed-certificate',
  'replayed-contribution',
  'replayed-release',
  'forged-aggregate',
  'cancelling-contributor',
  'poisoned-ciphertext',
  'residues-beyond-prime',
  'upload-too-long',
  'noise-in-statistic',
  'noise-in-update',
  'second-receipt',
  'copied-contribution',
  'half-an-upload',
  'other-plan',
  'other-state',
  'shares-off-polynomial',
  'shares-for-some',
  'shares-of-old-epoch',
  'wrong-answer',
  'wrong-answer-of-five',
  'custodian-refuses',
  'false-complaint',
  'signs-other-statement',
  'false-cosignature',
  'false-fingerprint',
  'receipt-in-anothers-name',
  'report-in-anothers-name',
  'answer-in-anothers-name',
  'revoked-certificate',
  'used-token',
  'many-uploads',
  'journal-flood',
  'strangers-certificate',
  'garbage-on-the-wire',
] as const

export interface Listed {
  readonly name: string
  readonly url: string
  readonly attack: Attack
}
export const ATTACKS: readonly Listed[] = await Promise.all(
  FILES.map(async (name) => {
    const url = new URL(`./${name}.ts`, import.meta.url).href
    return { name, url, attack: ((await import(url)) as { attack: Attack }).attack }
  }),
)
