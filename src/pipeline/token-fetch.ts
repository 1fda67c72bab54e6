import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import { abortReason } from '../platform/abortable'
import { cacheModes } from '../platform/cache-modes'
import type { FetchLike } from '../platform/fetch-like'
import type { AuthScheme } from '../schemes/auth-scheme'
import type { Observe } from '../schemes/observer'
import { RequestTemplate } from './request-template'

/** A `fetch` for token requests. `before` is called right before the request goes out: if it throws, nothing is sent. */
export type TokenFetch = (input: string | URL | Request, init?: RequestInit, before?: () => void) => Promise<Response>

/** A grant's way to the network: without the session's credentials, but with the proof that a scheme adds to token requests (RFC 9449 §5). */
export function tokenFetch(fetch: FetchLike, schemes: readonly AuthScheme[], observe: Observe): TokenFetch {
  const proving = schemes.filter(({ tokenRequest }) => tokenRequest)
  const hasCacheModes = cacheModes()
  return async (input, init, before) => {
    // A copy: what a grant gives may be the app's own, and go with its calls as well (F104).
    const request = new RequestTemplate(input, init)
    try {
      for (const scheme of proving) await scheme.tokenRequest?.(request)
    } catch (cause) {
      throw new RefreshUnavailableError('The scheme could not make its proof', { cause })
    }
    before?.()
    // The proof may have taken its time, and not every `fetch` looks at its signal (rule 6).
    if (request.signal?.aborted) throw abortReason(request.signal)
    const response = await request.send((to, fields) => {
      if (fields?.cache && !hasCacheModes()) delete fields.cache
      return fetch(to, fields)
    })
    observe(response, request.url)
    return response
  }
}
