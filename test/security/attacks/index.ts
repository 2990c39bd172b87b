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
