import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { createVirtualClock, sleepUntil, systemClock } from '../../core/clock.ts'

describe('the virtual clock', () => {
  test('rings in the order of time, and of asking where times are equal, and shows the time at which it rings', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 40 }), (times) => {
        const clock = createVirtualClock(5)
        const rung: { i: number; now: number }[] = []
        for (const [i, atMs] of times.entries()) clock.at(atMs, () => rung.push({ i, now: clock.now() }))
        while (clock.advance());
        const expected = times.map((atMs, i) => ({ i, now: Math.max(5, atMs) })).sort((a, b) => (times[a.i] as number) - (times[b.i] as number) || a.i - b.i)
        expect(rung).toEqual(expected)
      }),
    )
  })

  test('does not ring a cancelled timer, nor any timer twice', () => {
    const clock = createVirtualClock()
    const kept = vi.fn()
    const cancelled = vi.fn()
    clock.at(10, kept)
    clock.at(5, cancelled)()
    expect(clock.waiting).toBe(1)
    expect([clock.advance(), clock.advance()]).toEqual([true, false])
    expect(kept).toHaveBeenCalledTimes(1)
    expect(cancelled).not.toHaveBeenCalled()
    expect(clock.now()).toBe(10)
  })

  test('rings a timer of the past without going back in time', () => {
    const clock = createVirtualClock(100)
    clock.at(3, () => expect(clock.now()).toBe(100))
    expect(clock.advance()).toBe(true)
    expect(clock.now()).toBe(100)
  })

  test('takes timers that are set while it rings', () => {
    const clock = createVirtualClock()
    const seen: number[] = []
    clock.at(1, () => clock.at(2, () => seen.push(clock.now())))
    while (clock.advance());
    expect(seen).toEqual([2])
  })
})

describe('sleepUntil', () => {
  test('resolves when the time has come', async () => {
    const clock = createVirtualClock()
    const asleep = sleepUntil(clock, 50)
    clock.advance()
    await asleep
    expect(clock.now()).toBe(50)
  })

  test('rejects with CANCELLED on the signal, before or during, and leaves no timer', async () => {
    const clock = createVirtualClock()
    const controller = new AbortController()
    const asleep = sleepUntil(clock, 50, controller.signal)
    controller.abort()
    await expect(asleep).rejects.toMatchObject({ code: 'CANCELLED' })
    await expect(sleepUntil(clock, 50, controller.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(clock.waiting).toBe(0)
  })
})

describe('the system clock', () => {
  test('never rings before its time', async () => {
    for (let i = 0; i < 20; i++) {
      const atMs = systemClock.now() + 2
      const now = await new Promise<number>((resolve) => systemClock.at(atMs, () => resolve(systemClock.now())))
      expect(now).toBeGreaterThanOrEqual(atMs)
    }
  })

  test('waits through times that are longer than a timer can be', () => {
    vi.useFakeTimers({ now: 0 })
    try {
      const ring = vi.fn()
      const fortyDaysMs = 40 * 86_400_000
      systemClock.at(fortyDaysMs, ring)
      vi.advanceTimersByTime(fortyDaysMs - 1)
      expect(ring).not.toHaveBeenCalled()
      vi.advanceTimersByTime(1)
      expect(ring).toHaveBeenCalledTimes(1)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a cancelled timer does not ring, even after it was armed again', () => {
    vi.useFakeTimers({ now: 0 })
    try {
      const ring = vi.fn()
      const cancel = systemClock.at(40 * 86_400_000, ring)
      vi.advanceTimersByTime(30 * 86_400_000)
      cancel()
      vi.advanceTimersByTime(30 * 86_400_000)
      expect(ring).not.toHaveBeenCalled()
    } finally {
      vi.useRealTimers()
    }
  })
})
