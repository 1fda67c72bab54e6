/** All time and chance that the client uses. Hand in your own to control both in a test. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms` milliseconds; rejects with `signal.reason` when aborted, and leaves no timer behind. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** 0 ≤ n < 1, for jitter and session ids; never for secrets. */
  random(): number
}

// What a timer can hold; more would fire at once (F48).
const longest = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        if (signal?.aborted) reject(signal.reason)
        resolve()
      }
      const timer = setTimeout(end, Math.min(ms, longest))
      signal?.addEventListener('abort', end)
      if (signal?.aborted) end()
    }),
}
