import type { FetchLike } from '../platform/fetch-like'
import type { AuthScheme } from '../schemes/auth-scheme'
import { RequestTemplate } from './request-template'

/** A grant's way to the network: no credentials of the session, but what a scheme adds to token requests (RFC 9449 §5). */
export function tokenFetch(fetch: FetchLike, schemes: readonly AuthScheme[]): FetchLike {
  return async (input, init) => {
    const request = new RequestTemplate(input, init)
    for (const scheme of schemes) await scheme.tokenRequest?.(request)
    const response = await request.send(fetch)
    for (const scheme of schemes) scheme.observe?.(response)
    return response
  }
}
