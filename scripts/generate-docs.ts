// Writes docs/errors.md and docs/exit-codes.md from the catalog in core/errors.ts; with --check only compares and fails where they differ.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { CATALOG, type ErrorCode, EXIT, STATUS } from '../core/errors.ts'
import { root } from './run.ts'

const NOTE = '<!-- Written by scripts/generate-docs.ts from core/errors.ts: change it there, then run `npm run generate`. -->'

const MEANING: Record<keyof typeof EXIT, readonly [en: string, zh: string, toDo: string]> = {
  ok: ['done', '完成', 'nothing'],
  failed: ['an internal fault or a failed store', '内部错误或存储故障', 'see the log; the same command may be run again'],
  usage: ['the command line is not valid, something named is not there or was decided before, or Node.js is too old', '命令用法有误', 'see --help'],
  config: ['the configuration is not valid', '配置无效', 'correct the key that the message names'],
  data: ['the data cannot be read', '数据无法读取', 'correct the file, line and column that the message names'],
  network: ['the other side cannot be reached', '网络不可达', 'check address, proxy and firewall; daemons try again by themselves'],
  identity: ['certificate, token or passphrase is not accepted', '身份未被接受', 'enrol again, or ask the regulator whether the certificate is revoked'],
  policy: ["the hospital's own policy refuses", '本院策略拒绝', 'read the policy file; nothing has left the site'],
  protocol: ['a message or a step breaks the protocol', '违反协议', 'keep the logs: the other side is faulty or hostile'],
  paused: ['a step waits for a member that did not return in time', '步骤暂停', 'run again when the member is back'],
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const nameOf = <K extends string>(numbers: Readonly<Record<K, number>>, value: number): K =>
  (Object.keys(numbers) as K[]).find((name) => numbers[name] === value) as K

function errors(): string {
  const rows = (Object.keys(CATALOG) as ErrorCode[]).map((code) => {
    const { en, zh, status, exit, retry } = CATALOG[code]
    return [`\`${code}\``, en, zh, `${status} (${nameOf(STATUS, status)})`, `${exit} (${nameOf(EXIT, exit)})`, retry ? 'yes' : 'no']
  })
  return `# Error codes

${NOTE}

Only the code and its message leave a process; the detail stays in the local log.

${table(['code', 'message', '说明', 'gRPC status', 'exit code', 'the same call may succeed later'], rows)}
`
}

function exitCodes(): string {
  const rows = Object.entries(EXIT).map(([name, exit]) => {
    const [en, zh, toDo] = MEANING[name as keyof typeof EXIT]
    const codes = (Object.keys(CATALOG) as ErrorCode[]).filter((code) => CATALOG[code].exit === exit).map((code) => `\`${code}\``)
    return [String(exit), en, zh, toDo, codes.join(' ')]
  })
  return `# Exit codes of the \`consilium\` command

${NOTE}

${table(['exit', 'meaning', '含义', 'what to do', 'error codes'], rows)}
`
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

mkdirSync(`${root}docs`, { recursive: true })
for (const [file, text] of [
  ['docs/errors.md', errors()],
  ['docs/exit-codes.md', exitCodes()],
] as const) {
  if (!process.argv.includes('--check')) writeFileSync(root + file, text)
  else if (readOrEmpty(root + file) !== text) {
    console.error(`${file} is not current: npm run generate`)
    process.exitCode = 1
  }
}
