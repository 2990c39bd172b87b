// The named defences of the protocol, so that every attack can be shown to succeed once the one defence it targets is off: else its test
// tests nothing. A daemon has no way to turn one off: only test/ may import `turnOffForTests` (test/architecture checks it), and it needs
// INSECURE_TEST_DEFENCES_OFF in the environment, with which the `consilium` command does not start (TEST_ONLY).
import { refuse } from './errors.ts'

const off = new Set<string>()

/** Runs the check unless an attack test has turned this defence off. The name is the defence's own, unique and written where it stands. */
export function defend(name: string, check: () => void): void {
  if (off.size === 0 || !off.has(name)) check()
}

/** Whether the defence stands: for those that are not one check. */
export const defends = (name: string): boolean => off.size === 0 || !off.has(name)

const VARIABLE = 'INSECURE_TEST_DEFENCES_OFF'

/** For test/ only. @throws TEST_ONLY where the environment does not name exactly these defences. */
export function turnOffForTests(names: readonly string[], environment: Readonly<Record<string, string | undefined>> = process.env): void {
  if (names.length === 0) return
  if (environment[VARIABLE] !== names.join(',')) throw refuse('TEST_ONLY', `${VARIABLE} does not name ${names.join(',')}`)
  for (const name of names) off.add(name)
}
