// The region's time: whole minutes since midnight (+08:00) of the first day, so that no time zone of the machine matters.
export const MINUTES_A_DAY = 1440

export interface Calendar {
  readonly days: number
  /** ISO-8601 with +08:00. */
  format(minute: number): string
  isWeekend(day: number): boolean
}

export function createCalendar(startDate: string, days: number): Calendar {
  const startMs = Date.parse(`${startDate}T00:00:00Z`)
  const firstWeekday = new Date(startMs).getUTCDay()
  return {
    days,
    format: (minute) => `${new Date(startMs + minute * 60_000).toISOString().slice(0, 19)}+08:00`,
    isWeekend: (day) => [0, 6].includes((((firstWeekday + day) % 7) + 7) % 7),
  }
}

export const dayOf = (minute: number): number => Math.floor(minute / MINUTES_A_DAY)
export const at = (day: number, hour: number, minute = 0): number => day * MINUTES_A_DAY + hour * 60 + minute
