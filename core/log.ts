// pino: JSON in production, pretty on a terminal. Callers log ids, counts, codes and times; never a record, a key or a clear update.
import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Logger

/** Fields that never print even where a caller slips. */
const REDACT = [
  'key',
  'secret',
  'passphrase',
  'token',
  'privateKey',
  'vector',
  'shares',
  'row',
  'rows',
  '*.key',
  '*.secret',
  '*.passphrase',
  '*.token',
  '*.privateKey',
  '*.vector',
  '*.shares',
  '*.row',
  '*.rows',
]

export function createLog(options: { name: string; level?: string; pretty?: boolean; destination?: DestinationStream }): Log {
  const base = { name: options.name, level: options.level ?? 'info', redact: { paths: REDACT, censor: '[secret]' } }
  if (options.destination) return pino(base, options.destination)
  if (options.pretty ?? process.stderr.isTTY)
    return pino({ ...base, transport: { target: 'pino-pretty', options: { destination: 2, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' } } })
  return pino(base, pino.destination(2))
}
export const silentLog = (): Log => pino({ level: 'silent' })
