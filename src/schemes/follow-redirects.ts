import { copyOf } from '../platform/copy-of'
import type { FetchLike } from '../platform/fetch-like'
import { isOneShot } from '../platform/one-shot'
import { absolute, originOf } from '../platform/origin'
import { wholeBody } from '../platform/whole-body'

const mostHops = 20

/**
 * A `fetch` for requests that carry credentials in headers of their own. `Authorization` is dropped by every platform on the way to
 * another origin, `DPoP` or `X-Api-Key` is not (A17): so redirects are followed by hand, and what was dropped stays dropped (A15).
 * Where the platform hides where they lead (browsers), they are network errors; with `integrity`, which judges what the redirect
 * itself brings, as well. A Request doesn't tell its `dispatcher` (undici): the next hop goes without.
 */
export function followRedirects(fetch: FetchLike, names: readonly string[]): FetchLike {
  return async (input, init = {}) => {
    const request = typeof input === 'object' && 'url' in input ? input : undefined
    if ((init.redirect ?? request?.redirect ?? 'follow') !== 'follow') return fetch(input, init)
    let url = request?.url ?? String(input)
    let method = init.method ?? request?.method ?? 'GET'
    const headers = new Headers(init.headers ?? request?.headers)
    const signal = init.signal === undefined ? request?.signal : init.signal
    const own = init.body == null && request?.body
    // What the first hop has read, the next one can't send: it is `undefined`.
    let body = own || isOneShot(init.body) ? undefined : (init.body ?? null)
    // A redirect that comes before all of a Request's body was read is not waited with.
    if (own) {
      const keep = (copy: Blob | undefined): void => {
        if (body === undefined) body = copy
      }
      wholeBody(request?.clone().body ?? null).then(keep, () => {})
    }
    let response = await fetch(input, copyOf({ ...init, redirect: 'manual' }))
    for (let hop = 0; response.type === 'opaqueredirect' || /^30[12378]$/.test(String(response.status)); hop++) {
      const { status } = response
      // Its bytes may be raw UTF-8.
      const location = response.headers.get('location')?.replace(/[\x80-\xff]/g, percentEncoded)
      if (status && location === undefined) break
      const next = absolute(location ?? '', url)
      if ((status < 303 && /^post$/i.test(method)) || (status === 303 && !/^(get|head)$/i.test(method))) {
        method = 'GET'
        body = null
        for (const name of ['content-type', 'content-length', 'content-encoding', 'content-language', 'content-location'])
          headers.delete(name)
      }
      // Only http leads on: a fetch would read `data:` and `blob:` in the name of the server.
      if (!next || !originOf(next) || !location) throw notFollowed('where it leads is hidden, or is no http')
      if (hop === mostHops) throw notFollowed(`there were ${mostHops} before it`)
      if (body === undefined) throw notFollowed('the body can be sent only once')
      if (originOf(next) !== originOf(url))
        for (const name of ['authorization', 'proxy-authorization', 'cookie', 'host', ...names]) headers.delete(name)
      url = next
      response.body?.cancel().catch(() => {})
      response = await fetch(url, copyOf({ ...init, method, headers, signal: signal ?? null, body, redirect: 'manual' }))
      Object.defineProperty(response, 'redirected', { value: true })
    }
    return response
  }
}

/** As `fetch` says it; why is in the cause. */
function notFollowed(why: string): TypeError {
  return new TypeError('fetch failed', { cause: new Error(`A redirect was not followed: ${why}`) })
}

function percentEncoded(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase()}`
}
