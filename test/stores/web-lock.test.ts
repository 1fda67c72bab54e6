import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LockTimeoutError } from '../../src/errors/lock-timeout-error'
import { webLock } from '../../src/stores/web-lock'
import { deferred } from '../support/deferred'
import { handClock } from './hand-clock'
import { WebLocksDouble } from './web-locks-double'

let locks: WebLocksDouble
beforeEach(() => {
  locks = new WebLocksDouble()
  vi.stubGlobal('navigator', { locks })
})
afterEach(() => vi.unstubAllGlobals())

it('asks for an exclusive lock and never steals it (F52, A42)', async () => {
  await webLock().hold('a', async () => {}, { waitTimeout: 1000 })

  expect(locks.asked.map(({ mode = 'exclusive', steal = false, ifAvailable = false }) => ({ mode, steal, ifAvailable }))).toEqual([
    { mode: 'exclusive', steal: false, ifAvailable: false },
  ])
})

it('excludes every other client of the browser by the name alone', async () => {
  const done = deferred()
  const served: string[] = []
  const held = webLock().hold('a', () => done.promise, { waitTimeout: 1000 })
  const other = webLock().hold('a', async () => served.push('other tab'), { waitTimeout: 1000 })
  await webLock().hold('b', async () => served.push('other name'), { waitTimeout: 1000 })

  done.resolve()
  await Promise.all([held, other])

  expect(served).toEqual(['other name', 'other tab'])
})

it.each([
  ['no navigator', undefined],
  ['no navigator.locks', {}],
  ['a navigator.locks that throws', { locks: { request: () => fail(new TypeError('Illegal invocation')) } }],
  ['a refused request', { locks: Object.assign(new WebLocksDouble(), { refusal: new DOMException('', 'SecurityError') }) }],
])('rejects at once with %s, and leaves nothing behind (F53, F54)', async (_, navigator) => {
  vi.stubGlobal('navigator', navigator)
  const clock = handClock()
  const task = vi.fn(async () => {})

  const held = webLock(clock).hold('a', task, { waitTimeout: 1000 })

  await expect(held).rejects.not.toBeInstanceOf(LockTimeoutError)
  expect(task).not.toHaveBeenCalled()
  expect(clock.sleeping).toBe(0)
})

it('runs nothing when a grant that was on its way arrives after the timeout, and lets the lock go', async () => {
  const clock = handClock()
  const arrival = deferred()
  locks.ignoresAbort = true
  locks.grantTravels = () => arrival.promise
  const task = vi.fn(async () => {})
  const late = webLock(clock).hold('a', task, { waitTimeout: 100 })

  clock.advance(100)
  await expect(late).rejects.toBeInstanceOf(LockTimeoutError)
  arrival.resolve()

  expect(await webLock(clock).hold('a', async () => 'free', { waitTimeout: 100 })).toBe('free')
  expect(task).not.toHaveBeenCalled()
})

it('gives up at once where the browser never answers', async () => {
  vi.stubGlobal('navigator', { locks: { request: () => new Promise(() => {}) } })
  const clock = handClock()
  const caller = new AbortController()
  const [left, late] = [caller.signal, undefined].map((signal) => webLock(clock).hold('a', async () => {}, { signal, waitTimeout: 100 }))

  caller.abort('left')
  clock.advance(100)

  await expect(left).rejects.toBe('left')
  await expect(late).rejects.toBeInstanceOf(LockTimeoutError)
})

it('aborts `lost` when another script steals the lock, and still gives the result of the task (A41)', async () => {
  const [entered, done] = [deferred<AbortSignal>(), deferred<string>()]
  const task = (lost: AbortSignal) => {
    entered.resolve(lost)
    return done.promise
  }
  const held = webLock().hold('a', task, { waitTimeout: 1000 })
  const lost = await entered.promise
  const heard = new Promise((resolve) => lost.addEventListener('abort', resolve))

  await locks.request('a', { steal: true }, async () => {})
  await heard
  done.resolve('rotated')

  expect(await held).toBe('rotated')
})

it('never aborts `lost` after the task, not even after one that failed', async () => {
  const signals: AbortSignal[] = []
  const hold = (end: Promise<void>) => {
    const task = (lost: AbortSignal) => {
      signals.push(lost)
      return end
    }
    return webLock().hold('a', task, { waitTimeout: 1000 })
  }

  await hold(Promise.resolve())
  await expect(hold(Promise.reject(new Error('away')))).rejects.toThrow('away')
  await webLock().hold('a', async () => {}, { waitTimeout: 1000 })

  expect(signals.map((lost) => lost.aborted)).toEqual([false, false])
})

function fail(error: Error): never {
  throw error
}
