// What both daemons share: refusing test settings, stopping on a signal, progress as JSON lines.
import { refuse } from '../core/errors.ts'
import type { Store } from '../core/store/store.ts'

/** What a daemon takes from its caller; the command leaves it to the defaults. */
export interface DaemonPorts {
  /** Opens the journal and blobs in the data folder: SQLite and files unless given. */
  readonly openStore?: (folder: string) => Store
}

/** Parameters that are only for tests are named INSECURE_TEST_*: a daemon does not start with one. */
export function refuseTestSettings(environment: Readonly<Record<string, string | undefined>> = process.env): void {
  const found = Object.keys(environment).find((name) => name.startsWith('INSECURE_TEST_'))
  if (found) throw refuse('TEST_ONLY', `${found} is set: it is only for tests, unset it`)
}

/** Resolves at the first SIGTERM or SIGINT. */
export const stopped = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal))
  })

export const progressOption = {
  describe: 'json: one record a line on standard output, for launchers and dashboards',
  choices: ['none', 'json'],
  default: 'none',
} as const

export type Progress<T> = (record: T) => void
export const progressTo = <T>(kind: string): Progress<T> =>
  kind === 'json' ? (record) => void process.stdout.write(`${JSON.stringify(record)}\n`) : () => undefined
