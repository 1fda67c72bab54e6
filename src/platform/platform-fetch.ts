import type { FetchLike } from './fetch-like'

export interface PlatformFetch {
  readonly fetch: FetchLike
  readonly first: FetchLike
  leadsBack(init?: RequestInit): boolean
}

/**
 * `globalThis.fetch`, looked up at each call, so that the newest wrapper counts (F105), and called on its owner. Where the app has put the
 * client there (`globalThis.fetch = client.fetch`, F104), our own requests come back to the client: `leadsBack` tells them by their `init`,
 * and they go to `first`, the `fetch` that was there at the start.
 */
export function platformFetch(): PlatformFetch {
  const first = globalThis.fetch
  // For a wrapper that calls the client later: it passes on the `init` that we gave it, or at least the headers.
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
