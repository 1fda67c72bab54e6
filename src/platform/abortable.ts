/** Waits for shared work until `signal` aborts: then this wait alone ends, with the signal's own reason, and the work goes on. */
export type Abortable = <Value>(work: PromiseLike<Value>, signal: AbortSignal | null | undefined) => PromiseLike<Value>

/** One listener for each signal, however many wait with it: Node warns of more than ten (F97). None is left when nobody waits. */
export function createAbortable(): Abortable {
  const crowds = new WeakMap<AbortSignal, Set<(reason: unknown) => void>>()
  // `this`, since not every polyfill sets the event's target.
  function onAbort(this: AbortSignal): void {
    for (const leave of crowds.get(this) ?? []) leave(abortReason(this))
    this.removeEventListener('abort', onAbort)
  }

  return (work, signal) => {
    if (!signal) return work
    return new Promise((resolve, reject) => {
      const crowd = crowds.get(signal) ?? new Set()
      if (!crowd.size) signal.addEventListener('abort', onAbort)
      crowds.set(signal, crowd.add(reject))
      if (signal.aborted) reject(abortReason(signal))
      work.then(resolve, reject).then(() => {
        crowd.delete(reject)
        if (!crowd.size) signal.removeEventListener('abort', onAbort)
      })
    })
  }
}

/** React Native before 0.87 knows no `reason`, and has no DOMException to make one. */
export function abortReason(signal: AbortSignal): unknown {
  return signal.reason ?? Object.assign(new Error('The operation was aborted'), { name: 'AbortError' })
}
