import type { Clock } from './clock'
import { sleepOut } from './sleep-out'

/** The promise, or `late()` thrown after `ms` milliseconds; no timer is left behind. A clock that breaks makes no wait endless. */
export function bounded<Value>(promise: PromiseLike<Value>, ms: number, clock: Clock, late: () => unknown): Promise<Value> {
  const timer = new AbortController()
  const end = (): void => {
    if (!timer.signal.aborted) throw late()
  }
  // Aborted with a reason, or the platform would make an error for each.
  return Promise.race([promise, sleepOut(ms, clock, timer.signal).then(end, end) as Promise<never>]).finally(() => timer.abort(0))
}

const freeTurns = 20

/** The same for what is mostly over at once: only if it takes longer is there a timer and a signal, which cost more than all the rest. */
export async function boundedIfLong<Value>(promise: PromiseLike<Value>, ms: number, clock: Clock, late: () => unknown): Promise<Value> {
  let isOver = false
  const over = (): void => {
    isOver = true
  }
  promise.then(over, over)
  for (let turn = 0; turn < freeTurns && !isOver; turn++) await undefined
  return isOver ? promise : bounded(promise, ms, clock, late)
}

/** What the promise gives within `ms` milliseconds; `undefined` where it fails, or takes longer. Never rejects. */
export function inTime<Value>(promise: PromiseLike<Value>, clock: Clock, ms = 1_000): Promise<Value | undefined> {
  return boundedIfLong(promise, ms, clock, Error).catch(() => undefined)
}
