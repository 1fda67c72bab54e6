import { expect, it } from 'vitest'
import { singleFlight } from '../../src/session/single-flight.ts'
import { deferred } from '../support/deferred.ts'

it('gives one result to all who ask for a key while its work is under way', async () => {
  const { join: fly, has } = singleFlight<string, number>()
  const work = deferred<number>()
  let runs = 0
  const task = (): Promise<number> => {
    runs++
    return work.promise
  }

  const flights = [fly('a', task), fly('a', task), fly('b', async () => 2)]
  const during = ['a', 'c'].map(has)
  work.resolve(1)

  expect(await Promise.all(flights)).toEqual([1, 1, 2])
  expect([during, has('a')]).toEqual([[true, false], false])
  expect(flights[0]).toBe(flights[1])
  expect(runs).toBe(1)
})

it.each([
  ['succeeded', async () => 1],
  ['failed', async () => Promise.reject(new Error('no'))],
])('starts new work once the last has %s', async (_, first) => {
  const { join: fly } = singleFlight<string, number>()
  await fly('a', first).catch(() => {})

  expect(await fly('a', async () => 2)).toBe(2)
})
