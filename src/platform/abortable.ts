/** Waits for shared work until `signal` aborts: then this wait alone ends, with the signal's own reason, and the work goes on. */
export function abortable<Value>(work: PromiseLike<Value>, signal: AbortSignal | null | undefined): PromiseLike<Value> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(abortReason(signal))
    const stay = (): void => signal.removeEventListener('abort', leave)
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave)
    work.then(
      (value) => {
        stay()
        resolve(value)
      },
      (error: unknown) => {
        stay()
        reject(error)
      },
    )
  })
}

/** React Native before 0.87 knows no `reason`, and has no DOMException to make one. */
export function abortReason(signal: AbortSignal): unknown {
  return signal.reason ?? Object.assign(new Error('The operation was aborted'), { name: 'AbortError' })
}
