import type { FetchLike } from './fetch-like'

/**
 * `globalThis.fetch` looked up at each call, so that the newest wrapper counts (F105), called on its owner. Where that leads
 * back into the client (`globalThis.fetch = client.fetch`, F104), `leadsBack` is true, and `first` is the one seen at the start.
 */
export function platformFetch(): { readonly fetch: FetchLike; readonly first: FetchLike; leadsBack(): boolean } {
  const first = globalThis.fetch
  let isCalling = false
  return {
    first,
    leadsBack: () => isCalling,
    fetch(input, init) {
      isCalling = true
      try {
        return globalThis.fetch(input, init)
      } finally {
        isCalling = false
      }
    },
  }
}
