import { calculateThumbprint, generateKeyPair, generateProof } from 'dpop'
import { boundedIfLong } from '../platform/bounded'
import { systemClock } from '../platform/clock'
import type { KeyPair } from '../platform/crypto-key'
import { keepLatest } from '../platform/keep-latest'
import type { MaybePromise } from '../platform/maybe-promise'
import { methodOf } from '../platform/method-of'
import { onTheWire, originOf } from '../platform/origin'
import type { AuthScheme, OutgoingRequest } from './auth-scheme'

/** Where the key lives. It is kept before the first token is bound to it: a refresh token without its key is worth nothing (RFC 9449 §5). */
export interface DpopKeyStore {
  /** The key that is kept; `null` or `undefined` for none. */
  load(): MaybePromise<KeyPair | null | undefined>
  /** Where others share the place, it must leave a key alone that is there already: `load` is asked again, and what it gives is used. */
  save(keys: KeyPair): unknown
}

/** Options of `dpop`. */
export interface DpopOptions {
  /**
   * Keeps the key, which can't be exported. In a browser: `indexedDbKeyStore('my-app')`.
   * @default in memory: gone with the page or process, and with it the session
   */
  readonly keyStore?: DpopKeyStore | null | undefined
  /**
   * What proofs are signed by.
   * @default 'ES256'
   */
  readonly algorithm?: 'ES256' | 'Ed25519' | 'RS256' | 'PS256' | null | undefined
}

/** The scheme, and what a sign-in needs of it. */
export interface DpopScheme extends AuthScheme {
  /** The key's thumbprint, for `dpop_jkt` in the authorization request (RFC 9449 §10). */
  thumbprint(): Promise<string>
  /**
   * A proof for a request of your own to the authorization server, such as the one that redeems the code: with the same key, or the tokens
   * are of no use. Show `observe` the response: a server that answers `use_dpop_nonce` takes the next proof (RFC 9449 §8).
   */
  proof(method: string, url: string): Promise<string>
}

const mostNonces = 100
/** For a key that is known already, in milliseconds. */
const patience = 1_000

/**
 * Access tokens bound to a key: each request carries a proof that its sender holds it. Nonces are taken from every response, one for
 * each origin, and one for the authorization server there; `use_dpop_nonce` and `invalid_dpop_proof` are answered once. A bound token is
 * never sent as Bearer. Requests follow no redirect: the proof is for one URL. Needs `crypto.subtle`, which React Native lacks.
 * @throws {TypeError} for options that can't be used; later, from a call, where `crypto.subtle` is missing or lacks the algorithm.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449 RFC 9449}
 */
export function dpop(options: DpopOptions = {}): DpopScheme {
  const { keyStore, algorithm } = options
  if (keyStore && (typeof keyStore.load !== 'function' || typeof keyStore.save !== 'function')) {
    throw new TypeError('dpop: keyStore must have load() and save(keys)')
  }
  if (algorithm && !/^(ES256|Ed25519|RS256|PS256)$/.test(algorithm))
    throw new TypeError('dpop: algorithm must be ES256, Ed25519, RS256 or PS256')
  const nonces = new Map<string, string>()
  const endpoints = new Set<string>()
  let known: KeyPair | undefined
  let making: Promise<KeyPair> | undefined

  const keep = async (keys: KeyPair): Promise<KeyPair> => {
    await keyStore?.save(keys)
    return (await keyStore?.load()) ?? keys // Another tab's, if that was first.
  }
  /** One key, however many calls need the first one; what failed is tried again. */
  const make = (): Promise<KeyPair> => {
    const type = algorithm ?? 'ES256'
    making ??= generateKeyPair(type).catch((cause) => {
      making = undefined
      throw new TypeError(`dpop: there is no crypto.subtle here (React Native, a page without https), or it knows no ${type}`, { cause })
    })
    return making
  }
  // Its reads and writes aren't shared: a browser's database hangs at times.
  const current = async (): Promise<KeyPair> => {
    known ??= (await keyStore?.load()) ?? (await keep(await make()))
    return known
  }
  // For what tokens will be bound to. The place of the key may have been cleared (`Clear-Site-Data`), and another tab have signed in with
  // a new key since; or nobody has yet, and the old one is kept again.
  const latest = async (): Promise<KeyPair> => {
    const old = known
    if (old && keyStore)
      try {
        known = await boundedIfLong((async () => (await keyStore.load()) ?? keep(old))(), patience, systemClock, Error)
      } catch {} // A browser's database is lost, or hangs, at times: what is known is as good as it was.
    return current()
  }
  /** Those who give nonces at an origin: the authorization server's may be none of the API's (§8.2). */
  const issuersOf = (url: string): readonly [api: string, server: string] => [`API ${originOf(url)}`, `server ${originOf(url)}`]
  const isEndpoint = (url: string): boolean => endpoints.has(targetOf(url))
  const toEndpoint = (url: string): void => {
    endpoints.add(targetOf(url))
    keepLatest(endpoints, mostNonces)
  }
  const nonceFor = (url: string): string | undefined => {
    const [api, server] = issuersOf(url).map((issuer) => nonces.get(issuer))
    return isEndpoint(url) ? (server ?? api) : (api ?? server)
  }
  const proofBy = async (keys: Promise<KeyPair>, method: string, url: string, accessToken?: string): Promise<string> =>
    generateProof(await keys, targetOf(url), methodOf(method), nonceFor(url), accessToken)
  const prove = async (request: OutgoingRequest, keys: Promise<KeyPair>, accessToken?: string): Promise<void> =>
    request.setHeader('dpop', await proofBy(keys, request.method, request.url, accessToken))
  const keepNonce = (url: string, { headers, ok }: Response): void => {
    const nonce = headers.get('dpop-nonce')
    if (!originOf(url) || !nonce || !/^[!#-[\]-~]+$/.test(nonce)) return
    const [api, server] = issuersOf(url)
    const [own, other] = isEndpoint(url) ? [server, api] : [api, server]
    // Each took the other's: they share them.
    const isShared = ok && !nonces.has(own) && nonces.has(other)
    if (isShared) nonces.delete(server)
    const issuer = isShared ? api : own
    nonces.delete(issuer)
    nonces.set(issuer, nonce)
    // They share them: then the API's, the newer ones as a rule, are for both.
    if (nonces.get(api) === nonces.get(server)) nonces.delete(server)
    keepLatest(nonces, mostNonces)
  }

  return {
    name: 'DPoP',
    headers: ['authorization', 'dpop'],
    usesTokens: true,
    async attach(request, tokens) {
      if (!tokens) return
      await prove(request, current(), tokens.accessToken)
      request.setHeader('authorization', `DPoP ${tokens.accessToken}`)
    },
    answer({ params: { error } }, { response, answered }) {
      if (error === 'invalid_dpop_proof') return answered ? 'return' : 'replay'
      if (error !== 'use_dpop_nonce') return 'refresh'
      // Without a nonce to read, such as where CORS hides it, a replay would be refused again (RFC 9449 §9).
      return answered || !response.headers.get('dpop-nonce') ? 'return' : 'replay'
    },
    // A mock may have a relative URL, which says nothing.
    observe: (response, url = '') => keepNonce(originOf(response.url) ? response.url : url, response),
    tokenRequest(request) {
      toEndpoint(request.url)
      return prove(request, latest())
    },
    thumbprint: async () => calculateThumbprint((await latest()).publicKey),
    proof(method, url) {
      toEndpoint(url)
      return proofBy(latest(), method, url)
    },
  }
}

/** Without query and fragment, as it is sent: so without the scheme's own port, too (§4.2). */
function targetOf(url: string): string {
  return onTheWire(url)
    .replace(/[?#].*/s, '')
    .replace(/^(http:\/\/[^/]+):80\/|^(https:\/\/[^/]+):443\//, '$1$2/')
}
