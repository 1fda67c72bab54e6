import { refreshTokenGrant } from '../../src/grants/refresh-token'
import type { FetchLike } from '../../src/platform/fetch-like'
import { grantContext } from './grant-context'

export const tokens = { accessToken: 'access-1', refreshToken: 'refresh-1' }
export const usable = JSON.stringify({ access_token: 'access-2', refresh_token: 'refresh-2' })

/** One refresh at that token endpoint, through that `fetch` or the real one. */
export function refresh(server: { readonly tokenEndpoint: string }, fetch?: FetchLike, signal?: AbortSignal): Promise<unknown> {
  const grant = refreshTokenGrant({ tokenEndpoint: server.tokenEndpoint, clientId: 'web' })
  return grant(tokens, grantContext({ ...(fetch && { fetch }), ...(signal && { signal }) }))
}
