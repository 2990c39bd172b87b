// `npm run bench -- NAME [--json FILE]`: runs bench/NAME.ts, prints its table and, where asked, writes the same figures with the machine they were taken on.
import { readdir, writeFile } from 'node:fs/promises'
import { arch, cpus, platform, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import type { Bench, Row } from './bench.ts'

const NOT_SUBJECTS = ['bench.ts', 'main.ts']

const subjects = async (): Promise<string[]> =>
  (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.ts') && !NOT_SUBJECTS.includes(file)).map((file) => file.slice(0, -3))

function table(title: string, rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ what }) => what.length))
  const line = ({ what, figure, unit }: Row): string => `  ${what.padEnd(width)}  ${figure.toPrecision(3).padStart(10)} ${unit}`
  return [title, ...rows.map(line)].join('\n')
}

const machine = (): string =>
  `${platform()} ${arch()}, ${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } })
const [name = ''] = positionals
const known = await subjects()
if (!known.includes(name)) {
  console.error(`usage: npm run bench -- NAME [--json FILE]\nNAME is one of: ${known.join(', ')}`)
  process.exit(2)
}
const { bench } = (await import(`./${name}.ts`)) as { bench: Bench }
const { rows, figures } = await bench.run()
console.log(`${table(bench.title, rows)}\n  on ${machine()}`)
if (values.json) await writeFile(values.json, `${JSON.stringify({ ...figures, machine: machine() }, null, 2)}\n`)
