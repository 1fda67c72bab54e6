import type { Challenge } from '../challenge/challenge'
import { parseChallenges } from '../challenge/parse-challenges'
import { keepLatest } from '../platform/keep-latest'
import { absolute, onTheWire, originOf } from '../platform/origin'
import { randomId } from '../platform/random-id'
import { utf8 } from '../platform/utf8'
import type { AuthScheme, OutgoingRequest } from './auth-scheme'
import { digestHash } from './digest-hash'
import { type DigestChallenge, type DigestRequest, digestCredentials, digestResponse, isSession } from './digest-response'
import { createDigestSpaces, type DigestSpace } from './digest-spaces'
import { type UserCredentials, type UserPassword, userCredentials } from './user-credentials'

/** Options of `digest`. */
export interface DigestOptions {
  /**
   * Answers challenges of this realm only.
   * @default any
   */
  readonly realm?: string | null | undefined
  /**
   * The algorithms that are answered.
   * @default all of them: 'MD5', 'SHA-256', 'SHA-512-256', each also with '-sess'
   */
  readonly algorithms?: readonly string[] | null | undefined
}

interface Sent {
  readonly user: UserPassword
  readonly space: DigestSpace
  readonly challenge: DigestChallenge
  /** Without its body: a thousand of them may be held. */
  readonly request: Omit<DigestRequest, 'body'>
}

const mostSent = 1_000

/**
 * User name and password, proved without being said. The first request to an origin goes out bare; from its challenge on credentials go
 * along, where it names a `domain` to that alone (§3.3). Of several Digest challenges the first that is supported counts (§3.7). A body is
 * hashed for `auth-int` where it can be read twice; where it can't, and nothing else is offered, the challenge stays unanswered. Needs
 * `crypto.getRandomValues`. In a browser's page send requests with `credentials: 'omit'`: else the first challenge opens the browser's own
 * prompt.
 * @throws {TypeError} for credentials that are none, and for an algorithm that is unknown.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7616 RFC 7616}
 */
export function digest(credentials: UserCredentials, options: DigestOptions = {}): AuthScheme {
  const current = userCredentials('digest', credentials)
  const { realm: onlyRealm } = options
  const algorithms = options.algorithms?.map((name) => name.toUpperCase())
  const unknown = algorithms?.find((name) => !digestHash(name))
  if (unknown !== undefined) throw new TypeError(`digest: algorithms holds ${unknown}, which is none of MD5, SHA-256 and SHA-512-256`)
  const spaces = createDigestSpaces()
  const sent = new Set<Sent>()
  const chosen = new WeakSet<Response>()

  const supports = (algorithm: string): boolean =>
    digestHash(algorithm) !== undefined && (!algorithms || algorithms.includes(algorithm.toUpperCase()))

  return {
    name: 'Digest',
    headers: ['authorization'],
    usesTokens: false,

    async attach(outgoing, _tokens, { attempt }) {
      const space = spaces.answerable(outgoing.url, attempt, outgoing.body === undefined)
      if (!space) return
      const { username, password } = await current()
      const user = { username: username.normalize('NFC'), password: password.normalize('NFC') }
      const { challenge } = space
      const body = challenge.qop === 'auth-int' ? await bodyOf(outgoing) : ''
      if (body === undefined) return
      const cnonce = isSession(challenge.algorithm) ? space.cnonce : randomId()
      const count = ++space.count
      const request = { method: outgoing.method, uri: targetOf(outgoing.url), count, cnonce }
      outgoing.setHeader('authorization', digestCredentials(user, challenge, { ...request, body }))
      sent.add({ user, space, challenge, request })
      keepLatest(sent, mostSent)
    },

    answer({ params, conflict }, { url, response, attached, answered }) {
      const { realm = '', nonce, opaque, algorithm, qop, stale, userhash, charset = '' } = params
      const offered = qop?.trim() ? qop.toLowerCase().split(/[\s,]+/) : undefined
      const understood = offered === undefined || offered.includes('auth') || offered.includes('auth-int')
      if (conflict || nonce === undefined || chosen.has(response) || !understood || !supports(algorithm ?? 'MD5')) return 'return'
      if (onlyRealm && realm !== onlyRealm && realm !== utf8(onlyRealm)) return 'return'
      chosen.add(response)
      const challenge: DigestChallenge = {
        realm,
        isUtf8: /^utf-8$/i.test(charset),
        nonce,
        opaque,
        algorithm,
        qop: offered && (offered.includes('auth') ? 'auth' : 'auth-int'),
        userhash: /^true$/i.test(userhash ?? ''),
      }
      const space = spaces.begin(originOf(url), challenge, randomId(), domainOf(params, url))
      // Credentials were wrong if they were refused by the realm they were for, and not for an old nonce: no new try then (§3.3).
      const isRefused = attached && !/^true$/i.test(stale ?? '') && spaces.isRefusal(url, realm)
      if (answered) spaces.release(url)
      if (answered || isRefused) return 'return'
      spaces.keepFor(url, space)
      return 'replay'
    },

    observe({ status, headers, url: from }, url = '') {
      // Whoever a redirect led to knows nothing of our password. (A mock's relative URL says nothing.)
      const isElsewhere = (originOf(from) ?? originOf(url)) !== originOf(url)
      const field = isElsewhere ? null : headers.get('authentication-info')
      if (!field) {
        if (status !== 401) spaces.release(url)
        return
      }
      const { nextnonce, rspauth, cnonce, nc = '', qop } = parseChallenges(`Info ${field}`)[0]?.params ?? {}
      // Without a cnonce it is about the last request to that URL.
      const isAbout = ({ space, request }: Sent): boolean =>
        cnonce === undefined ? space.origin === originOf(url) && request.uri === targetOf(url) : request.cnonce === cnonce
      // With `-sess` all requests have one cnonce: the count says which one is meant, or which two, under a nonce and the next one.
      const meant = [...sent]
        .reverse()
        .filter((one) => isAbout(one) && (!nc || !isSession(one.challenge.algorithm) || one.request.count === Number.parseInt(nc, 16)))
      // With auth-int the proof covers the body of the response, which is the caller's to read: it goes unchecked (§3.5).
      const isProved = ({ user, challenge, request }: Sent): boolean =>
        !rspauth ||
        [qop, challenge.qop].includes('auth-int') ||
        rspauth.toLowerCase() === digestResponse(user, challenge, { ...request, body: '' }, '')
      const proved = meant.find(isProved)
      const known = proved ?? meant[0]
      if (!known) return spaces.release(url)
      sent.delete(known)
      const { space, challenge } = known
      space.keptFor = undefined
      // Without a proof, whoever answered doesn't know the password: nothing it says is used, and the next request goes out bare (§3.5).
      if (!proved) spaces.forget(space.origin)
      else if (nextnonce) spaces.follow(space, { firstNonce: challenge.nonce, ...space.challenge, nonce: nextnonce })
    },
  }
}

/** What the URLs of its protection space begin with (§3.3); nothing where that leaves out the URL that asked, as behind a proxy. */
function domainOf({ domain = '' }: Challenge['params'], url: string): readonly string[] {
  const starts = domain.split(/\s+/).flatMap((uri) => (uri && absolute(uri, url)) || [])
  return starts.some((start) => onTheWire(url).startsWith(start)) ? starts : []
}

/** Path and query, as they are sent (§3.4). */
function targetOf(url: string): string {
  const [, target = ''] = /^https?:\/\/[^/?#]*([^#]*)/i.exec(onTheWire(url)) ?? []
  return target.startsWith('/') ? target : `/${target}`
}

/** The bytes that will be sent; `undefined` where they can't be known. */
async function bodyOf({ body }: OutgoingRequest): Promise<Uint8Array | string | undefined> {
  // A stream and a Request's own body are `undefined`.
  if (!body) return body === undefined ? undefined : ''
  if (typeof body === 'object' && !(body instanceof Blob) && !(body instanceof ArrayBuffer) && !ArrayBuffer.isView(body)) return undefined
  return new Uint8Array(await new Response(body).arrayBuffer())
}
