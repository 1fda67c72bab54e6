import { type CryptoKey, type JWK, SignJWT } from 'jose'
import type { Clock } from '../platform/clock'
import { randomBytes } from '../platform/random-bytes'

/** What signs: a `CryptoKey`, a JWK, or the bytes of a secret. */
export type SigningKey = CryptoKey | JWK | Uint8Array

export interface Assertion {
  readonly key: SigningKey
  readonly algorithm: string
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
  const jti = Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return new SignJWT({ jti })
    .setProtectedHeader(keyId === undefined ? { alg: algorithm } : { alg: algorithm, kid: keyId })
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt(now)
    .setExpirationTime(now + Math.ceil(lifetime / 1000))
    .sign(key)
}
