import { httpToken } from '../platform/http-token'
import { isSafeMethod } from '../platform/is-safe-method'
import { after, type MaybePromise } from '../platform/maybe-promise'
import type { AuthScheme } from './auth-scheme'
import { followRedirects } from './follow-redirects'

/** Options of `cookieSession`. */
export interface CookieSessionOptions {
  /**
   * Proves to the server that a page of its own sends the request: goes with unsafe methods, to allowed origins only, and stays
   * behind where a redirect leads to another one; in a browser, which hides where, such a redirect is a network error.
   * @example { header: 'X-CSRF-Token', value: () => readCookie('csrf') }
   * @default none
   */
  readonly csrf?:
    | {
        /** The header's name. */
        readonly header: string
        /** What it holds, or where to get that: asked before every send. `null`, `undefined` and `''` send none. */
        readonly value: string | (() => MaybePromise<string | null | undefined>)
      }
    | null
    | undefined
}

/**
 * A session that lives in cookies (a backend for frontends): no `Authorization`, but `credentials: 'include'` for allowed origins. It
 * has no auth-scheme, so every 401 to a request that it was on counts as its own. To sign in, call `setTokens({ sessionId, counter: 0 })`
 * with a new id each time; by the counter tabs notice that the session was renewed.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-9.2.1 RFC 9110 §9.2.1} for what a safe method is
 */
export function cookieSession({ csrf }: CookieSessionOptions = {}): AuthScheme {
  if (csrf && (typeof csrf.header !== 'string' || !httpToken.test(csrf.header) || !csrf.value)) {
    throw new TypeError("cookieSession: csrf must be { header, value }, such as { header: 'X-CSRF-Token', value: () => token }")
  }
  const name = csrf?.header.toLowerCase()
  return {
    name: '',
    headers: name ? [name] : [],
    usesTokens: true,
    redirects: (fetch, names) => {
      const careful = followRedirects(fetch, names)
      // Without the header nothing of ours goes along: the platform may follow.
      return (input, init) => (name && new Headers(init?.headers).has(name) ? careful(input, init) : fetch(input, init))
    },
    attach(request) {
      request.setCredentials('include')
      if (!csrf || !name || isSafeMethod(request.method)) return
      const value = typeof csrf.value === 'function' ? csrf.value() : csrf.value
      return after(value, (current) => (current ? request.setHeader(name, checked(current)) : undefined))
    },
  }
}

// RFC 9110 §5.5. Node quotes what it refuses.
function checked(value: string): string {
  if (/^[\t -~\x80-\xff]+$/.test(value)) return value
  throw new TypeError('cookieSession: csrf.value must be what a header can hold: no line breaks, nothing beyond Latin-1')
}
