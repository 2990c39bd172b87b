// What a measurement is: a table for people and flat figures for machines. One file a subject in this folder, run by main.ts.

/** camelCase names with the unit in them: contributeMsPerCiphertext, bytesPerValue. Ratios name their baseline. */
export type Figures = Readonly<Record<string, number | string>>

export interface Row {
  readonly what: string
  readonly figure: number
  readonly unit: string
}
export interface Bench {
  readonly title: string
  readonly run: () => Promise<{ readonly rows: readonly Row[]; readonly figures: Figures }>
}

/** Milliseconds a unit: the median of `repeats` timed calls after one that warms up. */
export async function medianMs(repeats: number, units: number, work: () => unknown): Promise<number> {
  await work()
  const times: number[] = []
  for (let i = 0; i < repeats; i++) {
    const begin = performance.now()
    await work()
    times.push(performance.now() - begin)
  }
  return (times.sort((a, b) => a - b)[repeats >> 1] as number) / units
}
