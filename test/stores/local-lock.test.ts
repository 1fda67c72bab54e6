import { afterEach, expect, it, vi } from 'vitest'
import { LockTimeoutError } from '../../src/errors/lock-timeout-error'
import { localLock } from '../../src/stores/local-lock'
import { deferred } from '../support/deferred'
import { handClock } from './hand-clock'

afterEach(() => vi.useRealTimers())

it('excludes only those who share the object: there is no registry behind it (F59, A40)', async () => {
  const [one, other] = [localLock(), localLock()]
  const done = deferred()
  const held = one.hold('a', () => done.promise, { waitTimeout: 1000 })

  expect(await other.hold('a', async () => 'passed', { waitTimeout: 1000 })).toBe('passed')

  done.resolve()
  await held
})

it('starts the task before hold returns where nobody holds it, and sets no timer', async () => {
  const clock = handClock()
  const task = vi.fn(async () => {})

  const held = localLock(clock).hold('a', task, { waitTimeout: 1000 })

  expect(task).toHaveBeenCalledOnce()
  expect(clock.sleeping).toBe(0)
  await held
})

it('is bounded by the system clock unless it is given another', async () => {
  vi.useFakeTimers()
  const lock = localLock()
  const done = deferred()
  const held = lock.hold('a', () => done.promise, { waitTimeout: 1000 })
  const waiter = lock.hold('a', async () => {}, { waitTimeout: 1000 })
  const outcome = expect(waiter).rejects.toBeInstanceOf(LockTimeoutError)

  vi.advanceTimersByTime(1000)

  await outcome
  expect(vi.getTimerCount()).toBe(0)
  done.resolve()
  await held
})

it('rejects with an AbortError on a platform whose signals have no reason', async () => {
  const signal = { aborted: true } as AbortSignal

  const held = localLock().hold('a', async () => {}, { signal, waitTimeout: 1000 })

  await expect(held).rejects.toMatchObject({ name: 'AbortError' })
})

it('ends a wait where the clock itself breaks, rather than wait for ever', async () => {
  const clock = { ...handClock(), sleep: () => Promise.reject(new Error('no timers here')) }
  const lock = localLock(clock)
  const done = deferred()
  const held = lock.hold('a', () => done.promise, { waitTimeout: 1000 })

  await expect(lock.hold('a', async () => {}, { waitTimeout: 1000 })).rejects.toBeInstanceOf(LockTimeoutError)

  done.resolve()
  await held
})

it('waits to the last millisecond', async () => {
  const clock = handClock()
  const lock = localLock(clock)
  const done = deferred()
  const held = lock.hold('a', () => done.promise, { waitTimeout: 1000 })
  const waiter = lock.hold('a', async () => 'granted', { waitTimeout: 100 })

  clock.advance(99)
  await null
  done.resolve()
  await held

  expect(await waiter).toBe('granted')
})

it('lets the grant win over a timeout at the same moment', async () => {
  const clock = handClock()
  const lock = localLock(clock)
  const done = deferred()
  const held = lock.hold('a', () => done.promise, { waitTimeout: 1000 })
  const waiter = lock.hold('a', async () => 'granted', { waitTimeout: 100 })
  done.resolve()
  await held

  clock.advance(100)

  expect(await waiter).toBe('granted')
})
