import { copyOf } from '../platform/copy-of'
import type { FetchLike } from '../platform/fetch-like'
import { isRedirect } from '../platform/is-redirect'
import { isOneShot } from '../platform/one-shot'
import { absolute, originOf } from '../platform/origin'
import { fromUtf8 } from '../platform/utf8'
import { wholeBody } from '../platform/whole-body'

const mostHops = 20

/**
 * A `fetch` for requests that carry credentials in headers of their own. On the way to another origin every platform drops
 * `Authorization`, but none drops `DPoP` or `X-Api-Key`: so redirects are followed by hand, these are dropped too, and none comes
 * back if a later redirect leads home. A redirect is a network error where the platform hides where it leads (browsers), and with
 * `integrity`, which is checked against the redirect itself. A Request doesn't tell its `dispatcher` (undici): the next hop goes without.
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
    // `undefined`: the first hop reads it, and the next one can't send it again.
    let body = own || isOneShot(init.body) ? undefined : (init.body ?? null)
    // A Request's body is copied while it is sent. A redirect doesn't wait for the copy: if it isn't all there, it is not followed.
    if (own) {
      const keep = (copy: Blob | undefined): void => {
        if (body === undefined) body = copy
      }
      wholeBody(request?.clone().body ?? null).then(keep, () => {})
    }
    let response = await fetch(input, copyOf({ ...init, redirect: 'manual' }))
    for (let hop = 0; isRedirect(response); hop++) {
      const { status } = response
      // Servers may send raw UTF-8.
      const location = fromUtf8(response.headers.get('location') ?? '')
      const next = absolute(location, url)
      if ((status < 303 && /^post$/i.test(method)) || (status === 303 && !/^(get|head)$/i.test(method))) {
        method = 'GET'
        body = null
        for (const name of ['content-type', 'content-length', 'content-encoding', 'content-language', 'content-location'])
          headers.delete(name)
      }
      // Only http(s) is followed: what `data:` or `blob:` hold would pass for the server's answer.
      if (!next || !originOf(next) || !location) throw notFollowed(response, 'where it leads is hidden, or is no http')
      if (hop === mostHops) throw notFollowed(response, `there were ${mostHops} before it`)
      if (body === undefined) throw notFollowed(response, 'the body can be sent only once')
      if (originOf(next) !== originOf(url))
        for (const name of ['authorization', 'proxy-authorization', 'cookie', 'host', ...names]) headers.delete(name)
      url = next
      response.body?.cancel?.().catch(() => {})
      response = await fetch(url, copyOf({ ...init, method, headers, signal: signal ?? null, body, redirect: 'manual' }))
      Object.defineProperty(response, 'redirected', { value: true })
    }
    return response
  }
}

/** As `fetch` says it; why is in the cause. What came of the response is let go. */
export function notFollowed({ body }: Response, why: string): TypeError {
  body?.cancel?.().catch(() => {})
  return new TypeError('fetch failed', { cause: new Error(`A redirect was not followed: ${why}`) })
}
