// Plain words for people, in English and Chinese side by side: sections of lines, whoever shows them (the command now, a page later).
// What follows from the protocol is said; nothing is promised. Texts of other parties are shown without what could deceive a terminal.

export type Language = 'en' | 'zh'
export interface Words {
  readonly en: string
  readonly zh: string
}
/** `allowed` and `refused` are this hospital's own policy; `warning` is what a person should look at twice. */
export type Mark = 'fact' | 'allowed' | 'refused' | 'warning'
export interface Line {
  readonly mark: Mark
  readonly words: Words
}
export interface Section {
  readonly heading: Words
  readonly lines: readonly Line[]
}

export const say = (en: string, zh: string): Words => ({ en, zh })
export const line = (mark: Mark, en: string, zh: string): Line => ({ mark, words: { en, zh } })
export const fact = (en: string, zh: string): Line => line('fact', en, zh)
export const warning = (en: string, zh: string): Line => line('warning', en, zh)
/** `allowed` where it holds. */
export const judged = (ok: boolean, { en, zh }: Words): Line => line(ok ? 'allowed' : 'refused', en, zh)

/** A list of names; the word for none where it is empty. */
export const namesOf = (names: readonly string[]): Words => (names.length === 0 ? say('none', '无') : say(names.join(', '), names.join('、')))
export const percent = (n: number): string => `${n} %`
export const count = (n: number): string => n.toLocaleString('en-US')
/** Local time of this machine, to the second, with its zone. */
export function momentText(ms: number): string {
  const date = new Date(ms)
  const two = (n: number): string => String(n).padStart(2, '0')
  const zone = -date.getTimezoneOffset()
  const offset = `${zone < 0 ? '-' : '+'}${two(Math.floor(Math.abs(zone) / 60))}:${two(Math.abs(zone) % 60)}`
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())} (UTC${offset})`
}

const MARKS: Readonly<Record<Language, Readonly<Record<Mark, string>>>> = {
  en: { fact: '', allowed: '[allowed] ', refused: '[NOT ALLOWED] ', warning: '[LOOK] ' },
  zh: { fact: '', allowed: '［允许］', refused: '［不允许］', warning: '［注意］' },
}

export const textLines = (sections: readonly Section[], language: Language): readonly string[] =>
  sections.flatMap(({ heading, lines }) => [
    printable(heading[language]),
    ...lines.map(({ mark, words }) => `  ${MARKS[language][mark]}${printable(words[language])}`),
    '',
  ])

/**
 * Names of hospitals, stages and columns are chosen by others: a line feed could forge a line, an escape sequence a screen, a sign of writing
 * direction an order of letters. Each becomes the replacement character.
 */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '\uFFFD')
