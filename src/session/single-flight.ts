/** Shares work by sharing its promise: whoever asks for a key while its work is under way gets the same result. */
export function singleFlight<Key, Result>(): (key: Key, task: () => Promise<Result>) => Promise<Result> {
  const inFlight = new Map<Key, Promise<Result>>()
  return (key, task) => {
    const flight = inFlight.get(key) ?? task().finally(() => inFlight.delete(key))
    inFlight.set(key, flight)
    return flight
  }
}
