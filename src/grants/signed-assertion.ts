import { type JWK, SignJWT } from 'jose'
import type { Clock } from '../platform/clock'
import type { CryptoKeyLike } from '../platform/crypto-key'
import { randomId } from '../platform/random-id'
import { textOf } from '../platform/text-of'

/** A private or symmetric key as JSON. @see {@link https://www.rfc-editor.org/rfc/rfc7517 RFC 7517} */
export interface JsonKey {
  /** Which kind of key it is: `EC`, `RSA`, `OKP` or `oct`. */
  readonly kty: string
  /** What makes up a key of that kind. */
  readonly [parameter: string]: unknown
}

/** The same by a type that names the parameters of all kinds of keys, as the DOM's and jose's do. */
export interface KnownJsonKey {
  /** Which kind of key it is. */
  readonly kty?: string | undefined
}

/** What signs: a `CryptoKey`, a JWK, or the bytes of a secret. */
export type SigningKey = CryptoKeyLike | JsonKey | KnownJsonKey | Uint8Array

export interface Assertion {
  readonly key: SigningKey
  /** @default the `alg` that a JWK has itself, else 'ES256' */
  readonly algorithm: string | undefined
  /** Goes before the `kid` that a JWK has itself. */
  readonly keyId: string | undefined
  readonly issuer: string
  readonly subject: string
  readonly audience: string
  /** How long it is good for, in milliseconds. */
  readonly lifetime: number
}

/** A JWT that says who its maker is, with an id of its own each time. @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-3 RFC 7523 §3} */
export function signedAssertion({ key, algorithm, keyId, issuer, subject, audience, lifetime }: Assertion, clock: Clock): Promise<string> {
  const now = Math.floor(clock.now() / 1000)
  const known = key as JWK
  const kid = keyId ?? textOf(known.kid)
  const alg = algorithm ?? textOf(known.alg) ?? 'ES256'
  return new SignJWT({ jti: randomId() })
    .setProtectedHeader(kid === undefined ? { alg } : { alg, kid })
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + Math.ceil(lifetime / 1000))
    .sign(key as CryptoKeyLike | JWK | Uint8Array)
}
