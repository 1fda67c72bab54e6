import type { FetchLike } from '../platform/fetch-like'
import { isOneShot } from '../platform/one-shot'
import { absolute, originOf } from '../platform/origin'
import { wholeBody } from '../platform/whole-body'

const mostHops = 20

/**
 * A `fetch` for requests that carry credentials in headers of their own. `Authorization` is dropped by every platform on the way to
 * another origin, `DPoP` or `X-Api-Key` is not (A17): so redirects are followed by hand, and what was dropped stays dropped (A15).
 * Where the platform hides where they lead (browsers), they are network errors.
 */
export function followRedirects(fetch: FetchLike, names: readonly string[]): FetchLike {
  return async (input, init = {}) => {
    const request = typeof input === 'object' && 'url' in input ? input : undefined
    if ((init.redirect ?? request?.redirect ?? 'follow') !== 'follow') return fetch(input, init)
    let url = request?.url ?? String(input)
    let method = init.method ?? request?.method ?? 'GET'
    const headers = new Headers(init.headers ?? request?.headers)
    const signal = init.signal === undefined ? request?.signal : init.signal
    const given = init.body ?? undefined
    // What the first hop has read, the next one can't send.
    let body = isOneShot(given) ? undefined : given
    const own = given === undefined && request?.body
    let hasBody = Boolean(given || own)
    // A redirect that comes before all of a Request's body was read is not waited with.
    if (own) {
      const keep = (copy: Blob | undefined): void => {
        body = copy
      }
      wholeBody(request?.clone().body ?? null).then(keep, () => {})
    }
    let response = await fetch(input, { ...init, redirect: 'manual' })
    for (let hop = 0; response.type === 'opaqueredirect' || /^30[12378]$/.test(String(response.status)); hop++) {
      const { status } = response
      const location = response.headers.get('location')
      if (status && location === null) break
      const next = absolute(location ?? '', url)
      if ((status < 303 && /^post$/i.test(method)) || (status === 303 && !/^head$/i.test(method))) {
        method = 'GET'
        hasBody = false
        for (const name of ['content-type', 'content-length', 'content-encoding', 'content-language', 'content-location'])
          headers.delete(name)
      }
      // Only http leads on: a fetch would read `data:` and `blob:` in the name of the server.
      if (!next || !originOf(next) || !location || hop === mostHops || (hasBody && !body))
        throw new TypeError('fetch failed', { cause: 'a redirect that credentials must not follow' })
      if (originOf(next) !== originOf(url)) for (const name of ['authorization', 'cookie', ...names]) headers.delete(name)
      url = next
      response.body?.cancel().catch(() => {})
      response = await fetch(url, { ...init, method, headers, signal: signal ?? null, body: (hasBody && body) || null, redirect: 'manual' })
      Object.defineProperty(response, 'redirected', { value: true })
    }
    return response
  }
}
