import { describe, expect, it } from 'vitest'
import { bounded, boundedIfLong } from '../../src/platform/bounded.ts'
import { testClock } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'

describe.each([
  ['a wait', bounded],
  ['what is mostly over at once', boundedIfLong],
])('the limit of %s, when it is over late, after a frozen tab or a sleep', (_what, limited) => {
  it('leaves a second more, so that an answer already here is read (rule 11, F49)', async () => {
    const clock = testClock()
    const answer = deferred<string>()
    const wait = limited(answer.promise, 10_000, clock, () => new Error('late')).catch(String)
    await clock.advance(0)

    clock.jump(60_000)
    await clock.advance(10_000)
    answer.resolve('here')

    expect(await wait).toBe('here')
    await clock.advance(0)
    expect(clock.sleeping).toBe(0)
  })

  it('leaves no more than that second, and none when it is over in time', async () => {
    const [frozen, awake] = [testClock(), testClock()]
    const waits = [frozen, awake].map((clock) => limited(new Promise(() => {}), 10_000, clock, () => clock.now()).catch((at) => at))
    await Promise.all([frozen.advance(0), awake.advance(0)])
    const [slept, began] = [frozen.now() + 60_000, awake.now()]

    frozen.jump(60_000)
    await Promise.all([frozen.advance(11_000), awake.advance(11_000)])

    expect(await Promise.all(waits)).toEqual([slept + 11_000, began + 10_000])
  })
})
