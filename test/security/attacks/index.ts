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
  'one-hospital-fewer',
  'repeated-query',
  'shifted-borders',
  'own-custodians',
  'old-key-epoch',
  'journal-rolled-back',
  'regrouped',
  'withheld-release',
  'different-plans',
  'replayed-plan',
  'replayed-certificate',
  'replayed-contribution',
  'replayed-release',
  'forged-aggregate',
  'cancelling-contributor',
  'poisoned-ciphertext',
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
