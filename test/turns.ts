import { setImmediate as turn } from 'node:timers/promises'

/** Lets the event loop turn until the condition holds; fails after `mostMs`, never waits for a fixed time. */
export async function until(condition: () => boolean, mostMs = 10_000): Promise<void> {
  const end = performance.now() + mostMs
  while (!condition()) {
    if (performance.now() > end) throw new Error(`never became true: ${condition}`)
    await turn()
  }
}

/** Lets everything that is ready run: what would still happen by itself has happened after this. */
export async function quiet(turns = 50): Promise<void> {
  for (let i = 0; i < turns; i++) await turn()
}
