import { expect, it } from 'vitest'
import { limitWait } from '../../src/stores/limit-wait.ts'
import { testClock } from '../support/clock.ts'

it('leaves a lock that was granted while the tab was frozen a second more to say so (F49)', async () => {
  const clock = testClock()
  const reasons: unknown[] = []
  const stop = limitWait({ waitTimeout: 10_000 }, clock, (reason) => reasons.push(reason))

  clock.jump(60_000)
  await clock.advance(10_000)
  stop()
  await clock.advance(1_000)

  expect(reasons).toEqual([])
  expect(clock.sleeping).toBe(0)
})
