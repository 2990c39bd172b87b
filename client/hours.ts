// In which hours this hospital computes and contributes: local time of the process, the end excluded, over midnight where the end lies before
// the begin. Outside of them the daemon waits; nothing is refused for the hour alone.

const MINUTE_MS = 60_000
/** A window that a change to summer time swallows comes back the day after. */
const LONGEST_WAIT_MINUTES = 3 * 24 * 60

/** Minutes after local midnight of `HH:MM-HH:MM` (policy.ts has checked the form). */
function windowOf(hours: string): { readonly begin: number; readonly end: number } {
  const minutes = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))
  return { begin: minutes(hours), end: minutes(hours.slice(6)) }
}

/** True at `begin`, false at `end`; always true where the policy names no hours. */
export function withinHours(hours: string | undefined, date: Date): boolean {
  if (hours === undefined) return true
  const { begin, end } = windowOf(hours)
  const minute = date.getHours() * 60 + date.getMinutes()
  return begin < end ? minute >= begin && minute < end : minute >= begin || minute < end
}

/**
 * The first moment from `nowMs` on at which `withinHours` is true: now, or a whole minute. Looked for minute by minute, so that days of 23 and
 * 25 hours need no rule of their own (some milliseconds at most).
 */
export function nextOpening(hours: string | undefined, nowMs: number): number {
  if (withinHours(hours, new Date(nowMs))) return nowMs
  const firstMs = (Math.floor(nowMs / MINUTE_MS) + 1) * MINUTE_MS
  for (let i = 0; i < LONGEST_WAIT_MINUTES; i++) {
    const atMs = firstMs + i * MINUTE_MS
    if (withinHours(hours, new Date(atMs))) return atMs
  }
  return firstMs + LONGEST_WAIT_MINUTES * MINUTE_MS
}
