export const brand = Symbol.for('authenticated-client.AuthError')

/**
 * What every error of this package extends. A programmer's mistake is a `TypeError` instead.
 * No message, stack or `cause` made here holds a token, a body or a query string.
 */
export abstract class AuthError extends Error {
  /** The name of its class, also where a minifier has renamed that. */
  declare readonly name: string
  /** Stable across versions: compare this, not the message. */
  abstract readonly code: `ERR_${string}`
  /** @internal Not `instanceof`: two copies of this package in one app must agree. */
  readonly [brand] = true
}
