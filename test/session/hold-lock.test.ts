import { describe, expect, it } from 'vitest'
import type { Clock } from '../../src/platform/clock'
import { holdLock } from '../../src/session/hold-lock'
import { deferred } from '../support/deferred'

describe('holdLock', () => {
  it('runs the task, or says that it was not granted in time: never both, whenever it is granted', async () => {
    const outcomes = new Set<string>()
    for (let turns = 0; turns < 30; turns++) {
      const due = deferred<void>()
      const clock: Clock = { now: () => 0, random: () => 0, sleep: () => due.promise }
      let hasRun = false
      const held = holdLock(
        {
          async hold(_name, task) {
            await due.promise
            for (let turn = 0; turn < turns; turn++) await undefined
            return task(new AbortController().signal)
          },
        },
        'name',
        async () => {
          hasRun = true
        },
        1_000,
        clock,
      ).then(
        () => 'held',
        ({ code }) => code,
      )
      await new Promise((resolve) => setImmediate(resolve))

      due.resolve()
      const outcome = await held

      expect([turns, outcome]).toEqual([turns, hasRun ? 'held' : 'ERR_LOCK_TIMEOUT'])
      outcomes.add(outcome)
    }
    expect(outcomes.size).toBe(2)
  })
})
