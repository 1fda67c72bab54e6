import { fromUtf8, utf8 } from '../platform/utf8'
import { type DigestHash, digestHash } from './digest-hash'
import type { UserPassword } from './user-credentials'

/** What a challenge asks for, as far as it is answered. */
export interface DigestChallenge {
  /** As received. */
  readonly realm: string
  /** Whether the server hashes its realm as UTF-8 (§3.4): then it is that, or was decoded. */
  readonly isUtf8: boolean
  readonly nonce: string
  /** The nonce that began the session, where another has followed: a `-sess` key is made once (§3.4.2). */
  readonly firstNonce?: string
  readonly opaque: string | undefined
  /** As received; absent means MD5. */
  readonly algorithm: string | undefined
  /** `undefined`: the form of RFC 2069. */
  readonly qop: 'auth' | 'auth-int' | undefined
  readonly userhash: boolean
}

export interface DigestRequest {
  readonly method: string
  /** The request target, as it is sent. */
  readonly uri: string
  /** Counts the requests with this nonce, from 1. */
  readonly count: number
  readonly cnonce: string
  /** For `auth-int`. */
  readonly body: string | Uint8Array
}

/** The credentials for one request. `user` and `password` in normal form C. @see {@link https://www.rfc-editor.org/rfc/rfc7616#section-3.4 RFC 7616 §3.4} */
export function digestCredentials(user: UserPassword, challenge: DigestChallenge, request: DigestRequest): string {
  const { realm, nonce, opaque, algorithm, qop, userhash } = challenge
  const hash = hashOf(algorithm)
  const { username } = user
  const isAscii = /^[ -~]*$/.test(username)
  const name: readonly string[] = userhash
    ? [quoted('username', hash(`${utf8(username)}:${bytesOf(challenge)}`))]
    : isAscii
      ? [quoted('username', username)]
      : [`username*=UTF-8''${extended(username)}`]
  const counted = qop ? [`qop=${qop}`, `nc=${hex8(request.count)}`, quoted('cnonce', request.cnonce)] : []
  // A `-sess` key is made with a cnonce, also where there is no qop to send it for.
  const session = !qop && isSession(algorithm) ? [quoted('cnonce', request.cnonce)] : []
  return `Digest ${[
    ...name,
    quoted('realm', realm),
    quoted('nonce', nonce),
    quoted('uri', request.uri),
    quoted('response', digestResponse(user, challenge, request, request.method)),
    ...(algorithm ? [`algorithm=${algorithm}`] : []),
    ...counted,
    ...session,
    ...(opaque === undefined ? [] : [quoted('opaque', opaque)]),
    ...(userhash ? ['userhash=true'] : []),
  ].join(', ')}`
}

/** The value of `response`; with an empty method that of `rspauth` (§3.5). */
export function digestResponse(
  { username, password }: UserPassword,
  challenge: DigestChallenge,
  { uri, count, cnonce, body }: DigestRequest,
  method: string,
): string {
  const { nonce, firstNonce = nonce, algorithm, qop } = challenge
  const hash = hashOf(algorithm)
  const secret = hash(`${utf8(username)}:${bytesOf(challenge)}:${utf8(password)}`)
  const key = isSession(algorithm) ? hash(`${secret}:${firstNonce}:${cnonce}`) : secret
  const request = hash(qop === 'auth-int' ? `${method}:${uri}:${hash(body)}` : `${method}:${uri}`)
  return hash(qop ? `${key}:${nonce}:${hex8(count)}:${cnonce}:${qop}:${request}` : `${key}:${nonce}:${request}`)
}

function hashOf(algorithm = 'MD5'): DigestHash {
  const hash = digestHash(algorithm)
  if (!hash) throw new TypeError('This algorithm is unknown')
  return hash
}

/** Whether the key is one for a session: made of the first nonce and one cnonce (§3.4.2). */
export function isSession(algorithm = ''): boolean {
  return /-sess$/i.test(algorithm)
}

function hex8(count: number): string {
  return count.toString(16).padStart(8, '0')
}

function quoted(name: string, value: string): string {
  return `${name}="${value.replace(/["\\]/g, '\\$&')}"`
}

/** The realm as its server hashes it. A header has one character for each byte, unless its platform has decoded it as UTF-8. */
function bytesOf({ realm, isUtf8 }: DigestChallenge): string {
  return isUtf8 || /[^\0-\xff]/.test(realm) ? utf8(fromUtf8(realm)) : realm
}

// RFC 8187 §3.2.1.
function extended(text: string): string {
  return encodeURIComponent(text).replace(/['()*!]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
