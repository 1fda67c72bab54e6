import type { TokenSet } from '../tokens/token-set'
import { decoded } from './jwt-parts'

interface Sent {
  readonly request?: { readonly url: string; readonly headers: Fields } | undefined
  readonly tokens?: TokenSet | undefined
}

interface Fields extends Pick<Headers, 'get'> {
  readonly forEach?: (use: (value: string, name: string) => void) => void
}

/** What no output may hold, though a server repeats it. The longest first: one may hold another. */
export function secretsOf({ request, tokens }: Sent): readonly string[] {
  const authorization = request?.headers.get('authorization') ?? ''
  const [, scheme = '', credentials = authorization, first] = /^(\S+?)[\s:]+((\S+).*)$/s.exec(authorization) ?? []
  const pair = /^basic$/i.test(scheme) ? decoded(credentials.trim()) : undefined
  const cookies = (request?.headers.get('cookie') ?? '').split(/;\s*/).map((cookie) => cookie.replace(/^[^=]*=/, ''))
  return [
    ...[credentials, first, pair, pair?.replace(/^[^:]*:/, '')],
    ...[tokens?.accessToken, tokens?.refreshToken, tokens?.idToken],
    ...cookies,
    ...ownFields(request?.headers),
    ...inQuery(request?.url),
  ]
    .filter((secret): secret is string => !!secret)
    .sort((one, other) => other.length - one.length)
}

/** Of these a `curl` may show the value; any other may be a key. */
export const plainField = /^(accept(-language)?|content-type|origin|access-control-request-[a-z]+)$/i

/** What the platform sets, not the app. */
export const usualField = /^(host|user-agent|content-length|connection|accept-encoding|sec-.*|:.*)$/i

function ownFields(headers: Fields | undefined): readonly (string | null)[] {
  const values = ['x-api-key', 'api-key', 'apikey', 'x-auth-token', 'proxy-authorization'].map((name) => headers?.get(name) ?? null)
  headers?.forEach?.((value, name) => void (plainField.test(name) || usualField.test(name) || values.push(value)))
  return values
}

function inQuery(url = ''): readonly string[] {
  const named = /[?&#](?:[\w-]*(?:token|jwt|key|secret|password|assertion|signature)|sig|code)=([^&#]+)/gi
  return [...url.matchAll(named)].flatMap(([, value = '']) => [value, unescaped(value)])
}

function unescaped(value: string): string {
  try {
    return decodeURIComponent(value.replace(/\+/g, ' '))
  } catch {
    return value
  }
}
