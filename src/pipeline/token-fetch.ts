import type { FetchLike } from '../platform/fetch-like'
import type { AuthScheme } from '../schemes/auth-scheme'
import { RequestTemplate } from './request-template'

/** A grant's way to the network: no credentials of the session, but what a scheme adds to token requests (RFC 9449 §5). */
export function tokenFetch(fetch: FetchLike, schemes: readonly AuthScheme[]): FetchLike {
  const proving = schemes.filter(({ tokenRequest }) => tokenRequest)
  const prove = async (input: RequestInfo | URL, init: RequestInit | undefined): Promise<Response> => {
    const request = new RequestTemplate(input, init)
    for (const scheme of proving) await scheme.tokenRequest?.(request)
    return request.send(fetch)
  }
  return async (input, init) => {
    const response = await (proving[0] ? prove(input, init) : fetch(input, init))
    for (const scheme of schemes) scheme.observe?.(response, String(Object(input).url ?? input))
    return response
  }
}
