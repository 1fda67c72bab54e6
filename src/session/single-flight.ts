/** Shares work by sharing its promise: whoever asks while it is under way gets the same result. */
export class SingleFlight<Key, Result> {
  readonly #inFlight = new Map<Key, Promise<Result>>()

  run(key: Key, task: () => Promise<Result>): Promise<Result> {
    const joined = this.#inFlight.get(key)
    if (joined) return joined
    const flight = task().finally(() => this.#inFlight.delete(key))
    this.#inFlight.set(key, flight)
    return flight
  }
}
