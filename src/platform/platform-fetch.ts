import type { FetchLike } from './fetch-like'

/**
 * `globalThis.fetch` looked up at each call, so that the newest wrapper counts (F105), called on its owner. Where that leads
 * back into the client (`globalThis.fetch = client.fetch`, F104), `leadsBack` is true, and `first` is the one seen at the start.
 */
export function platformFetch(): { readonly fetch: FetchLike; readonly first: FetchLike; leadsBack(init?: RequestInit): boolean } {
  const first = globalThis.fetch
  // A wrapper that takes its time hands on what it was given, or at least the headers.
  const sent = new WeakSet<object>()
  let isCalling = false
  return {
    first,
    leadsBack(init) {
      try {
        return isCalling || sent.has(Object(init)) || sent.has(Object(init?.headers))
      } catch {
        return false // A getter of the caller's: it rejects the call.
      }
    },
    fetch(input, init = {}) {
      sent.add(init).add(Object(init.headers))
      isCalling = true
      try {
        return globalThis.fetch(input, init)
      } finally {
        isCalling = false
      }
    },
  }
}
