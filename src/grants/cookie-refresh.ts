import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import { SessionEndedError } from '../errors/session-ended-error'
import type { MaybePromise } from '../platform/maybe-promise'
import type { Grant } from './grant'
import { harmlessError } from './harmless-error'
import { redirectTarget } from './redirect-target'
import { retryAfter } from './retry-after'
import { endpointUrl } from './token-endpoint'

/** Options of `cookieRefreshGrant`. */
export interface CookieRefreshGrantOptions {
  /** Absolute: what renews the session's cookies. */
  readonly url: string | URL
  /**
   * The method of that request.
   * @default 'POST'
   */
  readonly method?: string | null | undefined
  /** Headers of that request, such as a CSRF token; asked each time. @default none */
  readonly headers?: (() => MaybePromise<NonNullable<RequestInit['headers']>>) | null | undefined
  /**
   * Whether an answer means that the session is over. A redirect is an answer, too, and so is what the platform has followed it to.
   * @default its status is 401 or 403, and no redirect led there
   */
  readonly isRejected?: ((response: Response) => MaybePromise<boolean>) | null | undefined
}

/**
 * Renews a cookie session by asking its server. 2xx: renewed. What `isRejected` says ends the session; everything else is an outage,
 * and keeps it.
 * @throws {TypeError} for a URL that is none, and for `headers` that are no function.
 */
export function cookieRefreshGrant(options: CookieRefreshGrantOptions): Grant {
  const url = String(options.url)
  const { method, headers, isRejected } = options
  if (!endpointUrl.test(url)) throw new TypeError('cookieRefreshGrant needs url: absolute, without user name or fragment')
  if (headers && typeof headers !== 'function') throw new TypeError('cookieRefreshGrant: headers must be a function that returns them')
  const grant: Grant = async (_, { fetch, signal, clock }) => {
    const fields = headersOf((await headers?.()) ?? {})
    const init = {
      method: method ?? 'POST',
      headers: fields,
      credentials: 'include',
      cache: 'no-store',
      redirect: 'manual',
      signal,
    } as const
    let response: Response
    try {
      response = await fetch(url, init)
    } catch (error) {
      const secrets = [...fields.values()].map((value) => `&secret=${value}`)
      throw new RefreshUnavailableError('The session could not be renewed', {
        cause: harmlessError(error, secrets.join('')),
        answered: false,
      })
    }
    const { ok, status } = response
    const redirect = redirectTarget(response, url)
    try {
      // There are no tokens to return: the cookies are the browser's.
      if (ok && !redirect) return { accessToken: '' }
      const isOver = isRejected ? await isRejected(response) : !redirect && (status === 401 || status === 403)
      if (isOver) throw new SessionEndedError('The session was refused')
    } finally {
      response.body?.cancel?.().catch(() => {})
    }
    const retryAt = retryAfter(response.headers.get('retry-after') ?? '', clock.now())
    throw new RefreshUnavailableError(`Renewing the session ${redirect ? `was redirected to ${redirect}` : `was answered ${status}`}`, {
      retryAt,
    })
  }
  return Object.assign(grant, { needs: 'session' as const, tokenEndpoint: url })
}

// The platform's error would quote what it refuses.
function headersOf(given: HeadersInit): Headers {
  try {
    return new Headers(given)
  } catch {
    throw new TypeError('cookieRefreshGrant: headers() gave a name or a value that no header can hold')
  }
}
