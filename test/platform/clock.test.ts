import { afterEach, expect, it, vi } from 'vitest'
import { systemClock } from '../../src/platform/clock'

afterEach(() => void vi.useRealTimers())

it('sleeps as long as a timer can hold, not no time at all, where it is told to sleep longer (F48)', async () => {
  vi.useFakeTimers()
  let isAwake = false
  void systemClock.sleep(2 ** 31).then(() => {
    isAwake = true
  })

  await vi.advanceTimersByTimeAsync(1_000)

  expect(isAwake).toBe(false)
})
