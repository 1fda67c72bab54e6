import type { FetchLike } from './fetch-like'

/**
 * `globalThis.fetch` looked up at each call, so that the newest wrapper counts (F105), called on its owner. Where that leads
 * back into this client (`globalThis.fetch = client.fetch`), the one seen at construction is used (F104).
 */
export class GlobalFetch {
  readonly #first: FetchLike | undefined = globalThis.fetch
  #calling = false

  /** Whether a call that arrives now comes from our own send, through a wrapper around this client. */
  get isCalling(): boolean {
    return this.#calling
  }

  readonly send: FetchLike = (input, init) => {
    this.#calling = true
    try {
      return globalThis.fetch(input, init)
    } finally {
      this.#calling = false
    }
  }

  readonly original: FetchLike = (input, init) => {
    const { fetch } = { fetch: this.#first ?? globalThis.fetch }
    return fetch(input, init)
  }
}
