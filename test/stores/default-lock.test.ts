import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LockTimeoutError } from '../../src/errors/lock-timeout-error'
import { defaultLock } from '../../src/stores/default-lock'
import { deferred } from '../support/deferred'
import { handClock } from './hand-clock'
import { WebLocksDouble } from './web-locks-double'

let locks: WebLocksDouble
beforeEach(() => {
  locks = new WebLocksDouble()
  vi.stubGlobal('isSecureContext', true)
  vi.stubGlobal('navigator', { locks })
})
afterEach(() => vi.unstubAllGlobals())

const patient = { waitTimeout: 1000 }

it('uses Web Locks in a secure page, and says so', async () => {
  const chosen = defaultLock()

  await chosen.lock.hold('a', async () => {}, patient)

  expect(chosen.coordination).toBe('browser')
  expect(locks.asked).toHaveLength(1)
})

it.each([
  ['in Node from 24.5 on, whose navigator.locks reach one process only', undefined],
  ['on an insecure origin', false],
])('keeps to this process %s, and says so (F53)', async (_, isSecureContext) => {
  vi.stubGlobal('isSecureContext', isSecureContext)
  const chosen = defaultLock()

  expect(await chosen.lock.hold('a', async () => 'ran', patient)).toBe('ran')

  expect(chosen.coordination).toBe('client')
  expect(locks.asked).toHaveLength(0)
})

it('looks at each hold, so that it may be made before the platform is there', async () => {
  vi.stubGlobal('navigator', undefined)
  const chosen = defaultLock()
  expect(chosen.coordination).toBe('client')
  await chosen.lock.hold('a', async () => {}, patient)

  vi.stubGlobal('navigator', { locks })
  await chosen.lock.hold('a', async () => {}, patient)

  expect(chosen.coordination).toBe('browser')
  expect(locks.asked).toHaveLength(1)
})

it('falls back to this process for the attempt whose request is refused, and says so until one is granted (F53, F54)', async () => {
  const chosen = defaultLock()
  locks.refusal = new DOMException('A sandboxed frame', 'SecurityError')

  expect(await chosen.lock.hold('a', async () => 'ran', patient)).toBe('ran')
  expect(chosen.coordination).toBe('client')

  locks.refusal = undefined
  await chosen.lock.hold('a', async () => {}, patient)
  expect(chosen.coordination).toBe('browser')
})

it('excludes a hold that falls back from one that did not (F54)', async () => {
  const { lock } = defaultLock()
  const [entered, done] = [deferred(), deferred()]
  const served: string[] = []
  const inBrowser = async () => {
    entered.resolve()
    await done.promise
    served.push('in the browser')
  }
  const held = lock.hold('a', inBrowser, patient)
  await entered.promise
  locks.refusal = new DOMException('', 'InvalidStateError')
  const fallenBack = lock.hold('a', async () => served.push('fallen back'), patient)

  done.resolve()
  await Promise.all([held, fallenBack])

  expect(served).toEqual(['in the browser', 'fallen back'])
})

it('does not fall back when another tab holds on for too long (F52, A42)', async () => {
  const clock = handClock()
  const chosen = defaultLock(clock)
  const otherTab = deferred()
  const held = locks.request('a', {}, () => otherTab.promise)
  const task = vi.fn(async () => {})
  const waiter = chosen.lock.hold('a', task, { waitTimeout: 100 })

  clock.advance(100)

  await expect(waiter).rejects.toBeInstanceOf(LockTimeoutError)
  expect(task).not.toHaveBeenCalled()
  expect(chosen.coordination).toBe('browser')
  otherTab.resolve()
  await held
})

it('does not fall back when the caller leaves', async () => {
  const chosen = defaultLock()
  const otherTab = deferred()
  const held = locks.request('a', {}, () => otherTab.promise)
  const caller = new AbortController()
  const task = vi.fn(async () => {})
  const waiter = chosen.lock.hold('a', task, { signal: caller.signal, waitTimeout: 1000 })

  caller.abort('left')

  await expect(waiter).rejects.toBe('left')
  expect(task).not.toHaveBeenCalled()
  expect(chosen.coordination).toBe('browser')
  otherTab.resolve()
  await held
})

it('runs a task that fails once: that is no refusal', async () => {
  const chosen = defaultLock()
  const task = vi.fn(() => Promise.reject(new DOMException('', 'SecurityError')))

  await expect(chosen.lock.hold('a', task, patient)).rejects.toThrow()

  expect(task).toHaveBeenCalledOnce()
  expect(chosen.coordination).toBe('browser')
})

it('counts the wait for this process and for the browser as one', async () => {
  const clock = handClock()
  const { lock } = defaultLock(clock)
  const [otherTab, entered, done] = [deferred(), deferred(), deferred()]
  const firstTask = () => {
    entered.resolve()
    return done.promise
  }
  const first = lock.hold('a', firstTask, { waitTimeout: 100 })
  await entered.promise
  const heldElsewhere = locks.request('a', {}, () => otherTab.promise)
  const second = lock.hold('a', async () => {}, { waitTimeout: 100 })
  const outcome = expect(second).rejects.toBeInstanceOf(LockTimeoutError)

  clock.advance(60)
  done.resolve()
  await first
  await turn()
  expect(locks.asked).toHaveLength(3)
  clock.advance(40)

  await outcome
  otherTab.resolve()
  await heldElsewhere
})

it('waits no longer than it was told where the wall clock is set back meanwhile (F47)', async () => {
  const clock = handClock()
  const { lock } = defaultLock(clock)
  const [otherTab, entered, done] = [deferred(), deferred(), deferred()]
  const firstTask = () => {
    entered.resolve()
    return done.promise
  }
  const first = lock.hold('a', firstTask, { waitTimeout: 100 })
  await entered.promise
  const heldElsewhere = locks.request('a', {}, () => otherTab.promise)
  const second = lock.hold('a', async () => {}, { waitTimeout: 100 })
  const outcome = expect(second).rejects.toBeInstanceOf(LockTimeoutError)

  clock.set(0)
  done.resolve()
  await first
  await turn()
  expect(locks.asked).toHaveLength(3)
  clock.advance(100)

  await outcome
  otherTab.resolve()
  await heldElsewhere
})

/** Lets everything that is due happen. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
