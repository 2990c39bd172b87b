// What a person sees when a command fails: one line with a code, the detail, and an exit code that scripts can act on.
import { toConsiliumError } from '../core/errors.ts'

/** Prints the fault; returns the exit code. */
export function report(error: unknown): number {
  const fault = toConsiliumError(error)
  process.stderr.write(`consilium: ${fault.code}: ${fault.message}\n`)
  if (fault.code === 'INTERNAL' && fault.cause instanceof Error) process.stderr.write(`${fault.cause.stack ?? ''}\n`)
  return fault.entry.exit
}
