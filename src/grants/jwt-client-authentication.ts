import type { MaybePromise } from '../platform/maybe-promise'
import { type ClientAuthentication, type ClientSecret, secretSource } from './client-authentication'
import { type SigningKey, signedAssertion } from './signed-assertion'

/** Options of both kinds of assertion. */
interface JwtOptions {
  /**
   * Who the assertion is for. Some servers want their issuer identifier.
   * @default the endpoint that is asked
   */
  readonly audience?: string | null | undefined
  /**
   * How long an assertion is good for, in milliseconds.
   * @default 60_000
   */
  readonly lifetime?: number | null | undefined
}

/** Options of `privateKeyJwt`. */
export interface PrivateKeyJwtOptions extends JwtOptions {
  /** The private key, or where to get the current one: asked before every attempt, so that a key can be rolled without a restart. */
  readonly key: SigningKey | (() => MaybePromise<SigningKey>)
  /**
   * What it is signed by (RFC 7518 §3.1).
   * @default the JWK's own `alg`, else 'ES256'
   */
  readonly algorithm?: string | null | undefined
  /**
   * The `kid`, where the server knows several keys of the client. Leave it out where `key` gives JWKs that have one: then it is rolled
   * with the key.
   * @default the JWK's own `kid`
   */
  readonly keyId?: string | null | undefined
}

/** Options of `clientSecretJwt`. */
export interface ClientSecretJwtOptions extends JwtOptions {
  /**
   * What it is signed by (RFC 7518 §3.1).
   * @default 'HS256'
   */
  readonly algorithm?: 'HS256' | 'HS384' | 'HS512' | null | undefined
}

const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/**
 * `private_key_jwt`: the client proves that it holds a private key, with a new assertion for every attempt.
 * @throws {TypeError} without a key, for a PEM or anything else that is no key, and for a lifetime that is not a positive number.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-2.2 RFC 7523 §2.2}
 */
export function privateKeyJwt(options: PrivateKeyJwtOptions): ClientAuthentication {
  const { key, algorithm, keyId } = options
  // A PEM is the common mistake.
  if (!key || !/^(object|function)$/.test(typeof key))
    throw new TypeError('privateKeyJwt needs key: a CryptoKey, a JWK, or a function that returns one')
  const current = typeof key === 'function' ? key : () => key
  return authentication(current, algorithm ?? undefined, keyId ?? undefined, options)
}

/**
 * `client_secret_jwt`: the client proves that it knows the secret without sending it, with a new assertion for every attempt.
 * @throws {TypeError} for an empty secret, and for a lifetime that is not a positive number.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7523#section-2.2 RFC 7523 §2.2}
 */
export function clientSecretJwt(secret: ClientSecret, options: ClientSecretJwtOptions = {}): ClientAuthentication {
  const current = secretSource('clientSecretJwt', secret)
  return authentication(async () => new TextEncoder().encode(await current()), options.algorithm ?? 'HS256', undefined, options)
}

function authentication(
  current: () => MaybePromise<SigningKey>,
  algorithm: string | undefined,
  keyId: string | undefined,
  { audience, ...options }: JwtOptions,
): ClientAuthentication {
  const lifetime = options.lifetime ?? 60_000
  if (!(Number.isFinite(lifetime) && lifetime > 0)) throw new TypeError('lifetime must be a positive number of milliseconds')
  return async ({ url, body, clientId, clock }) => {
    const claims = { issuer: clientId, subject: clientId, audience: audience ?? url, lifetime }
    const assertion = await signedAssertion({ key: await current(), algorithm, keyId, ...claims }, clock)
    body.append('client_id', clientId)
    body.append('client_assertion_type', type)
    body.append('client_assertion', assertion)
  }
}
