import type { FetchLike } from '../platform/fetch-like'
import type { AuthScheme } from '../schemes/auth-scheme'
import type { Observe } from '../schemes/observer'
import { RequestTemplate } from './request-template'

/** A `fetch` for token requests. `before` is called once a proof is made, right before the request goes out: what it throws keeps it here. */
export type TokenFetch = (input: string | URL | Request, init?: RequestInit, before?: () => void) => Promise<Response>

/** A grant's way to the network: no credentials of the session, but what a scheme adds to token requests (RFC 9449 §5). */
export function tokenFetch(fetch: FetchLike, schemes: readonly AuthScheme[], observe: Observe): TokenFetch {
  const proving = schemes.filter(({ tokenRequest }) => tokenRequest)
  const prove: TokenFetch = async (input, init, before) => {
    const request = new RequestTemplate(input, init)
    for (const scheme of proving) await scheme.tokenRequest?.(request)
    before?.()
    return request.send(fetch)
  }
  return async (input, init, before) => {
    // Where nothing is made, nothing has happened since the one who asks has looked.
    const response = await (proving[0] ? prove(input, init, before) : fetch(input, init))
    observe(response, String(Object(input).url ?? input))
    return response
  }
}
