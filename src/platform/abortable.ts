/** Waits for shared work until `signal` aborts: then this wait alone ends, with the signal's own reason, and the work goes on. */
export type Abortable = <Value>(work: PromiseLike<Value>, signal: AbortSignal | null | undefined) => PromiseLike<Value>

/** One listener for each signal, however many wait with it: Node warns of more than ten (F97). None is left when nobody waits. */
export function createAbortable(): Abortable {
  const crowds = new WeakMap<AbortSignal, { readonly leavers: Set<() => void>; readonly all: () => void }>()

  return (work, signal) => {
    if (!signal) return work
    return new Promise((resolve, reject) => {
      const leavers = new Set<() => void>()
      const crowd = crowds.get(signal) ?? { leavers, all: () => void [...leavers].map((leave) => leave()) }
      const leave = (): void => reject(abortReason(signal))
      const stop = (): void => {
        crowd.leavers.delete(leave)
        if (!crowd.leavers.size) signal.removeEventListener('abort', crowd.all)
      }
      crowds.set(signal, crowd)
      crowd.leavers.add(leave)
      if (signal.aborted) leave()
      signal.addEventListener('abort', crowd.all)
      work.then(resolve, reject).then(stop)
    })
  }
}

/** React Native before 0.87 knows no `reason`, and has no DOMException to make one. */
export function abortReason(signal: AbortSignal): unknown {
  return signal.reason ?? Object.assign(new Error('The operation was aborted'), { name: 'AbortError' })
}
