const brand = 'authenticated-client.auth-error'

/**
 * What every error of this package extends. A programmer's mistake is a `TypeError` instead.
 * No message, stack or `cause` made here holds a token, a body or a query string.
 */
export abstract class AuthError extends Error {
  /** Stable across versions: compare this, not the message. */
  abstract readonly code: `ERR_${string}`

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    // A brand and not `instanceof`: two copies of this package in one app must agree (see `isAuthError`).
    Object.defineProperty(this, Symbol.for(brand), { value: true })
  }
}

/** Whether `error` was thrown by this package, also by another copy of it. */
export function isAuthError(error: unknown): error is AuthError {
  return typeof error === 'object' && error !== null && (error as Record<symbol, unknown>)[Symbol.for(brand)] === true
}
