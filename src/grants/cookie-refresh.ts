import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import { SessionEndedError } from '../errors/session-ended-error'
import type { MaybePromise } from '../platform/maybe-promise'
import type { Grant } from './grant'
import { retryAfter } from './retry-after'

export interface CookieRefreshGrantOptions {
  /** Absolute: what renews the session's cookies. */
  readonly url: string | URL
  /** @default 'POST' */
  readonly method?: string | null | undefined
  /** Headers of that request, such as a CSRF token; asked each time. @default none */
  readonly headers?: (() => MaybePromise<HeadersInit>) | null | undefined
  /**
   * Whether an answer means that the session is over.
   * @default its status is 401 or 403
   */
  readonly isRejected?: ((response: Response) => MaybePromise<boolean>) | null | undefined
}

/**
 * Renews a cookie session by asking its server. 2xx: renewed. What `isRejected` says ends the session; everything else is an outage,
 * and keeps it.
 * @throws {TypeError} for a URL that is none.
 */
export function cookieRefreshGrant(options: CookieRefreshGrantOptions): Grant {
  const url = String(options.url)
  const { method, headers } = options
  const isRejected = options.isRejected ?? (({ status }: Response) => status === 401 || status === 403)
  if (!/^https?:\/\/[^\s#@\\]+$/i.test(url)) throw new TypeError('cookieRefreshGrant needs url: absolute, without user name or fragment')
  const grant: Grant = async (_, { fetch, signal, clock }) => {
    const init: RequestInit = { method: method ?? 'POST', credentials: 'include', cache: 'no-store', redirect: 'manual', signal }
    const response = await fetch(url, headers ? { ...init, headers: await headers() } : init)
    try {
      // There are no tokens to return: the cookies are the browser's.
      if (response.ok) return { accessToken: '' }
      if (await isRejected(response)) throw new SessionEndedError('The session was refused')
    } finally {
      response.body?.cancel().catch(() => {})
    }
    const retryAt = retryAfter(response.headers.get('retry-after') ?? '', clock.now())
    throw new RefreshUnavailableError(`Renewing the session was answered ${response.status}`, { retryAt })
  }
  return Object.assign(grant, { needs: 'session' as const, tokenEndpoint: url })
}
