import type { MaybePromise } from '../../src/platform/maybe-promise'
import type { Lock } from '../../src/stores/lock'
import { deferred } from '../support/deferred'
import type { ConformanceCase } from './conformance'

export interface LockUnderTest {
  readonly lock: Lock
  /** Lets that many milliseconds pass for the lock. */
  passTime(ms: number): MaybePromise<void>
  /** How many timers and places in a queue the lock has. */
  leftBehind(): number
}

/** What every `Lock` keeps; for any test runner: `it(title, () => run(open))`. */
export const lockConformance: readonly ConformanceCase<LockUnderTest>[] = [
  {
    title: 'runs the task once and gives its result, with a lock that is not lost',
    async run(open) {
      const { lock, leftBehind } = await open()
      let runs = 0

      const task = async (lost: AbortSignal) => {
        runs += 1
        return { lost: lost.aborted }
      }
      const result = await lock.hold('a', task, patient)

      same([result, runs, leftBehind()], [{ lost: false }, 1, 0])
    },
  },
  {
    title: 'has at most one of 1,000 contenders inside, each one once, first come, first served (F46)',
    async run(open) {
      const { lock, leftBehind } = await open()
      const came = Array.from({ length: 1000 }, (_, n) => n)
      const served: number[] = []
      let inside = 0
      let most = 0
      const contend = (n: number) =>
        lock.hold(
          'a',
          async () => {
            inside += 1
            most = Math.max(most, inside)
            for (let turns = n % 3; turns > 0; turns -= 1) await null
            served.push(n)
            inside -= 1
          },
          patient,
        )

      await Promise.all(came.map(contend))

      same([most, served, leftBehind()], [1, came, 0])
    },
  },
  {
    title: 'lets different names pass each other, so that clients with different configurations never wait (F42)',
    async run(open) {
      const { lock } = await open()
      const first = await enter(lock, 'a')

      const other = await lock.hold('b', async () => 'passed', patient)

      same(other, 'passed')
      await first.leave()
    },
  },
  {
    title: 'releases when the task throws, at once or later, and passes the error through',
    async run(open) {
      const { lock, leftBehind } = await open()
      const error = new Error('the token endpoint is away')
      const tasks = [
        async () => Promise.reject(error),
        (): Promise<never> => {
          throw error
        },
      ]

      for (const task of tasks) {
        const [failed, next] = [lock.hold('a', task, patient), lock.hold('a', async () => 'next', patient)]
        same([(await reasonOf(failed)) === error, await next], [true, 'next'])
      }

      same(leftBehind(), 0)
    },
  },
  {
    title: 'rejects with the reason of a signal that was aborted before, and runs nothing',
    async run(open) {
      const { lock, leftBehind } = await open()
      const reason = { why: 'the page was left' }
      const served: string[] = []

      const held = lock.hold('a', async () => served.push('aborted'), { signal: AbortSignal.abort(reason), waitTimeout: 1000 })

      same((await reasonOf(held)) === reason, true)
      await lock.hold('a', async () => served.push('next'), patient)
      same([served, leftBehind()], [['next'], 0])
    },
  },
  {
    title: 'rejects with the reason of an abort while waiting, and gives the place up',
    async run(open) {
      const { lock, leftBehind } = await open()
      const first = await enter(lock, 'a')
      const served: string[] = []
      const caller = new AbortController()
      const reason = { why: 'the caller lost interest' }
      const leaver = lock.hold('a', async () => served.push('leaver'), { signal: caller.signal, waitTimeout: 1000 })
      const stayer = lock.hold('a', async () => served.push('stayer'), patient)

      caller.abort(reason)

      same((await reasonOf(leaver)) === reason, true)
      await first.leave()
      await stayer
      same([served, leftBehind()], [['stayer'], 0])
    },
  },
  {
    title: 'does not look at the signal once the lock is granted',
    async run(open) {
      const { lock } = await open()
      const caller = new AbortController()
      const holder = await enter(lock, 'a', caller.signal)
      const served: string[] = []
      const waiter = lock.hold('a', async () => served.push('next'), patient)

      caller.abort()

      same([served, holder.lost.aborted], [[], false])
      same(await holder.leave(), 'left')
      await waiter
      same(served, ['next'])
    },
  },
  {
    title: 'rejects with LockTimeoutError past waitTimeout, and a grant that comes later runs nothing (F52, A42)',
    async run(open) {
      const { lock, passTime, leftBehind } = await open()
      const first = await enter(lock, 'a')
      const served: string[] = []
      const late = lock.hold('a', async () => served.push('late'), { waitTimeout: 100 })
      const patience = lock.hold('a', async () => served.push('patient'), { waitTimeout: 10_000 })

      await passTime(100)

      const { name, code } = (await reasonOf(late)) as { name: string; code: string }
      same([name, code, served], ['LockTimeoutError', 'ERR_LOCK_TIMEOUT', []])
      same(first.lost.aborted, false)
      await first.leave()
      await patience
      same([served, leftBehind()], [['patient'], 0])
    },
  },
  {
    title: 'waits as long as waitTimeout says, and no shorter',
    async run(open) {
      const { lock, passTime } = await open()
      const first = await enter(lock, 'a')
      const waiter = lock.hold('a', async () => 'granted', { waitTimeout: 10_000 })

      await passTime(100)
      await first.leave()

      same(await waiter, 'granted')
    },
  },
  {
    title: 'does not limit the task by waitTimeout',
    async run(open) {
      const { lock, passTime } = await open()
      const holder = await enter(lock, 'a', undefined, 100)

      await passTime(1000)

      same([await holder.leave(), holder.lost.aborted], ['left', false])
    },
  },
  {
    title: 'leaves no timer, listener or place in a queue behind, however a wait ends (F48)',
    async run(open) {
      const { lock, passTime, leftBehind } = await open()
      const caller = new AbortController()
      const listeners = countListeners(caller.signal)
      const { signal } = caller
      const first = await enter(lock, 'a', signal)
      same(listeners(), 0)
      const granted = lock.hold('a', async () => {}, { signal, waitTimeout: 1000 })
      const late = lock.hold('a', async () => {}, { signal, waitTimeout: 100 })
      await passTime(100)
      await reasonOf(late)
      await first.leave()
      await granted
      await lock.hold('b', async () => {}, { signal, waitTimeout: 1000 })
      await reasonOf(lock.hold('b', () => Promise.reject(new Error()), { signal, waitTimeout: 1000 }))
      same([listeners(), leftBehind()], [0, 0])

      const second = await enter(lock, 'a')
      const aborted = lock.hold('a', async () => {}, { signal, waitTimeout: 1000 })
      caller.abort(new Error('leave'))
      await reasonOf(aborted)
      await second.leave()

      same([listeners(), leftBehind()], [0, 0])
    },
  },
]

const patient = { waitTimeout: 60_000 }

interface Holder {
  readonly lost: AbortSignal
  /** Ends the task; settles as the hold does. */
  leave(): Promise<string>
}

/** Comes back when the lock is held. */
async function enter(lock: Lock, name: string, signal?: AbortSignal, waitTimeout = 60_000): Promise<Holder> {
  const [entered, left] = [deferred<AbortSignal>(), deferred()]
  const task = async (lost: AbortSignal): Promise<string> => {
    entered.resolve(lost)
    await left.promise
    return 'left'
  }
  const held = lock.hold(name, task, { signal, waitTimeout })
  const lost = await entered.promise
  return {
    lost,
    leave() {
      left.resolve()
      return held
    },
  }
}

function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => Promise.reject(new Error('Not so: it rejects')),
    (reason: unknown) => reason,
  )
}

/** How many listeners a signal has. */
function countListeners(signal: AbortSignal): () => number {
  const listeners = new Set<unknown>()
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (type: string, listener: EventListener) => {
    listeners.add(listener)
    addEventListener.call(signal, type, listener)
  }
  signal.removeEventListener = (type: string, listener: EventListener) => {
    listeners.delete(listener)
    removeEventListener.call(signal, type, listener)
  }
  return () => listeners.size
}

function same(actual: unknown, expected: unknown): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (is !== should) throw new Error(`Not so: ${is} is ${should}`)
}
