/** Shares work by sharing its promise. */
export interface SingleFlight<Key, Result> {
  /** Whoever asks for a key while its work is under way gets the same result. */
  join(key: Key, task: () => Promise<Result>): Promise<Result>
  /** Whether work for the key is under way. */
  has(key: Key): boolean
}

export function singleFlight<Key, Result>(): SingleFlight<Key, Result> {
  const inFlight = new Map<Key, Promise<Result>>()
  return {
    join(key, task) {
      const flight = inFlight.get(key) ?? task().finally(() => inFlight.delete(key))
      inFlight.set(key, flight)
      return flight
    },
    has: (key) => inFlight.has(key),
  }
}
