import { httpToken } from '../platform/http-token'
import { after, type MaybePromise } from '../platform/maybe-promise'
import type { AuthScheme } from './auth-scheme'
import { followRedirects } from './follow-redirects'

/** Options of `apiKey`: the key, and the one place it goes to. */
export interface ApiKeyOptions {
  /**
   * The key, or where to get the current one: asked before every send. One that is `undefined`, such as a variable that is not set,
   * counts as left out.
   * @default absent: the session's access token is the key, so that a `grant` can rotate it; where nobody is signed in, none is sent
   */
  readonly key?: string | (() => MaybePromise<string>) | null | undefined
  /**
   * The header that carries it.
   * @default 'X-API-Key', where neither `scheme` nor `query` is given
   */
  readonly header?: string | null | undefined
  /** Carries it as `Authorization: <scheme> <key>` instead. */
  readonly scheme?: string | null | undefined
  /**
   * Carries it in this query parameter instead: the weaker way, since URLs end up in logs and histories that this client can't see. A URL
   * that has the parameter already, such as an API's link to its next page, passes through as it is.
   */
  readonly query?: string | null | undefined
}

/**
 * An API key: in a header of its own, behind an auth-scheme, or in the query. In a header of its own it stays behind where a redirect
 * leads to another origin; in a browser, which hides where, a redirect is a network error. No event, error or message holds it.
 * @throws {TypeError} for more than one place, a name that is no token, or a key that can't stand in a header.
 */
export function apiKey(options: ApiKeyOptions = {}): AuthScheme {
  const { key, scheme, query } = options
  const header = options.header ?? ((scheme ?? query) == null ? 'X-API-Key' : undefined)
  const places = [header, scheme, query].filter((place) => place != null)
  if (places.length !== 1 || !places[0]) throw new TypeError('apiKey goes to one place: give header, scheme or query')
  if (!query && !httpToken.test(places[0] ?? ''))
    throw new TypeError(`apiKey: ${header ? 'header' : 'scheme'} must be a token (RFC 9110 §5.6.2)`)
  if (key !== undefined && key !== null && typeof key !== 'function') checked(key)
  const usesTokens = !key

  return {
    name: scheme ?? '',
    headers: query ? [] : [header?.toLowerCase() ?? 'authorization'],
    usesTokens,
    redirects: followRedirects,
    // Perhaps the API has repeated it in its link to the next page.
    ...(query && { isSetIn: (url: string) => namesIn(url).includes(query) }),
    attach(request, tokens) {
      const current = typeof key === 'function' ? key() : (key ?? tokens?.accessToken)
      return after(current, (value) => {
        if (value === undefined && usesTokens) return // Nobody is signed in.
        const good = checked(value)
        if (query) request.setQuery(query, good)
        else if (header) request.setHeader(header.toLowerCase(), good)
        else request.setHeader('authorization', `${scheme} ${good}`)
      })
    },
  }
}

/** A key for people to tell it from others: the first and the last four characters, where it has twenty or more; else nothing of it. */
export function maskApiKey(key: string): string {
  return key.length < 20 ? '…' : `${key.slice(0, 4)}…${key.slice(-4)}`
}

function checked(key: unknown): string {
  if (typeof key === 'string' && /^[!-~]+$/.test(key)) return key
  throw new TypeError('apiKey: the key must be a non-empty string of visible ASCII characters, without spaces')
}

/** Of the parameters in its query. */
function namesIn(url: string): readonly string[] {
  const [, query = ''] = /^[^?#]*\?([^#]*)/.exec(url) ?? []
  return query.split('&').map((field) => {
    const name = field.replace(/=.*/s, '').replace(/\+/g, ' ')
    try {
      return decodeURIComponent(name)
    } catch {
      return name
    }
  })
}
