import type { TokenSet } from '../tokens/token-set'
import { decoded } from './jwt-parts'
import { secretName } from './secret-names'

interface Sent {
  readonly request?: { readonly url: string; readonly headers: Fields } | undefined
  readonly tokens?: TokenSet | undefined
}

interface Fields extends Pick<Headers, 'get'> {
  readonly forEach?: (use: (value: string, name: string) => void) => void
}

/** What no output may hold, though a server repeats it. The longest first: one may hold another. */
export function secretsOf({ request, tokens }: Sent): readonly string[] {
  const url = String(request?.url ?? '') // Untyped callers hand in a `URL`.
  const authorization = (request?.headers.get('authorization') ?? '').replace(/^(basic|bearer|dpop|digest)\s*$/i, '') // A scheme alone hides nothing.
  const [, scheme = '', credentials = authorization, first] = /^(\S+?)[\s:]+((\S+).*)$/s.exec(authorization) ?? []
  const pair = /^basic$/i.test(scheme) ? decoded(credentials.trim()) : undefined
  const cookies = (request?.headers.get('cookie') ?? '').split(/[;,]\s*/).map((cookie) => cookie.replace(/^[^=]*=/, ''))
  return [
    ...[...credentials.matchAll(namedInField)].map(([, value]) => value),
    ...[looksLikeScheme(scheme) ? undefined : scheme, credentials, first],
    ...[pair, userInfo(url)].flatMap(secretsOfPair),
    ...[tokens?.accessToken, tokens?.refreshToken, tokens?.idToken],
    ...cookies,
    ...ownFields(request?.headers).map(([, value]) => value),
    ...inQuery(url),
  ]
    .filter((secret): secret is string => !!secret)
    .sort((one, other) => other.length - one.length)
}

/** User and password as they are sent together, and what of them is the secret. */
export function secretsOfPair(pair = ''): readonly string[] {
  const userAlone = /^([^:]+):(x-oauth-basic|x)?$/i.exec(pair)?.[1] // Then the key stands in place of the user.
  return [pair, pair.replace(/^[^:]*:/, ''), userAlone ?? ''].flatMap((secret) => [secret, unescaped(secret)])
}

/** What stands before the host of a URL. */
export function userInfo(url = ''): string | undefined {
  return /^[\w+.-]+:\/\/([^/?#]*)@/.exec(url)?.[1]
}

/** `Token token="…"` of Rails, OAuth 1, signatures. */
const namedInField = /(?:token|key|secret|signature|auth)="?([^",\s]+)/gi

/** Whether the first word of an Authorization is the name of a scheme: it may as well be the beginning of a key with a space in it. */
export function looksLikeScheme(word: string): boolean {
  return /^(?=.{2,20}$)([a-z]+(-[a-z]+)*|aws4-[a-z\d-]+|oauth2|[a-z]+-sha-?\d+)$/i.test(word)
}

/** Of these a `curl` may show the value; any other may be a key. */
export const plainField = /^(accept(-language)?|content-type|origin|access-control-request-[a-z]+)$/i

/** What the platform sets, not the app. */
export const usualField = /^(host|user-agent|content-length|(proxy-)?connection|accept-encoding|sec-.*|:.*)$/i

/** What the app set, and may be a key. */
export function ownFields(headers: Fields | undefined): readonly (readonly [name: string, value: string])[] {
  const known = ['x-api-key', 'api-key', 'apikey', 'x-auth-token', 'proxy-authorization'].map(
    (name) => [name, headers?.get(name) ?? ''] as const,
  )
  const fields = known.filter(([, value]) => value)
  headers?.forEach?.((value, name) => void (plainField.test(name) || usualField.test(name) || fields.push([name, value])))
  return fields
}

/** Whether what was sent is no longer there: who shares a transcript takes it out. */
export function isMasked(authorization = ''): boolean {
  return /^\S+\s+((?=\S*(\*{3}|…))\S+|x{4,}|•{3,}|\.{3}|[[<({]?(redacted|hidden|masked|removed|filtered)[\w-]*[\]>)}]?)\s*$/i.test(
    authorization,
  )
}

function inQuery(url = ''): readonly string[] {
  const named = new RegExp(`[?&#]${secretName}=([^&#]+)`, 'gi')
  return [...url.matchAll(named)].flatMap(([, value = '']) => [value, unescaped(value)])
}

export function unescaped(value: string): string {
  try {
    return decodeURIComponent(value.replace(/\+/g, ' '))
  } catch {
    return value
  }
}
