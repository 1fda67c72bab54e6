import type { FetchLike } from '../platform/fetch-like'
import type { AuthScheme } from '../schemes/auth-scheme'
import type { Observe } from '../schemes/observer'
import { RequestTemplate } from './request-template'

/**
 * A `fetch` for token requests. `before` is called once a scheme has made its proof, right before the request goes out: if it throws,
 * nothing is sent.
 */
export type TokenFetch = (input: string | URL | Request, init?: RequestInit, before?: () => void) => Promise<Response>

/** A grant's way to the network: without the session's credentials, but with the proof that a scheme adds to token requests (RFC 9449 §5). */
export function tokenFetch(fetch: FetchLike, schemes: readonly AuthScheme[], observe: Observe): TokenFetch {
  const proving = schemes.filter(({ tokenRequest }) => tokenRequest)
  const prove: TokenFetch = async (input, init, before) => {
    const request = new RequestTemplate(input, init)
    for (const scheme of proving) await scheme.tokenRequest?.(request)
    before?.()
    return request.send(fetch)
  }
  return async (input, init, before) => {
    // Without a proof nothing is awaited, so that what `before` would check is as its caller has just seen it.
    const response = await (proving[0] ? prove(input, init, before) : fetch(input, init))
    observe(response, String(Object(input).url ?? input))
    return response
  }
}
