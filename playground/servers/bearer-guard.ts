import { createRemoteJWKSet, errors, type JWTVerifyGetKey, jwtVerify } from 'jose'

export interface BearerGuardOptions {
  readonly issuer: string
  readonly jwksUri: string
  readonly audience: string
  readonly realm: string
  /** In milliseconds. */
  readonly clockLeeway: number
  /** @default those at `jwksUri`, fetched again when a token names an unknown one, at most once a second */
  readonly keys?: JWTVerifyGetKey | undefined
}

/** Whether a request may pass, or how it is refused. */
export type Verdict =
  | { readonly allowed: true; readonly user: string }
  | { readonly allowed: false; readonly status: 400 | 401 | 403; readonly challenge: string; readonly error?: string | undefined }

/**
 * Judges the `Authorization` field: a JWT access token (RFC 9068), verified with the issuer's published keys. A refusal comes with the
 * challenge that tells the client what would help.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 §3}
 */
export function bearerGuard(options: BearerGuardOptions) {
  const keys = options.keys ?? createRemoteJWKSet(new URL(options.jwksUri), { cooldownDuration: 1_000 })
  const refused = new Set<string>()

  return {
    /** From now on this token is refused, whatever it says about itself. */
    refuse: (accessToken: string): void => void refused.add(accessToken),

    async judge(authorization: string | undefined, scope: string): Promise<Verdict> {
      const [scheme = '', token = '', ...rest] = (authorization ?? '').split(' ')
      // A client that sent no Bearer credentials is told that they are needed, and no error (§3.1).
      if (scheme.toLowerCase() !== 'bearer') return refusal(401)
      if (token === '' || rest.length > 0) return refusal(400, { error: 'invalid_request', error_description: 'No readable token' })
      if (refused.has(token)) return refusal(401, { error: 'invalid_token', error_description: 'The access token was revoked' })

      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer: options.issuer,
          audience: options.audience,
          typ: 'at+jwt',
          clockTolerance: options.clockLeeway / 1000,
        })
        const granted = String(payload.scope ?? '').split(' ')
        return granted.includes(scope)
          ? { allowed: true, user: String(payload.sub ?? payload.client_id) }
          : refusal(403, { error: 'insufficient_scope', error_description: 'The access token does not reach this far', scope })
      } catch (error) {
        if (!isTokensFault(error)) throw error
        return refusal(401, { error: 'invalid_token', error_description: describe(error) })
      }
    },
  }

  function refusal(status: 400 | 401 | 403, params: Record<string, string> = {}): Verdict {
    const fields = Object.entries({ realm: options.realm, ...params }).map(([name, value]) => `${name}="${value}"`)
    return { allowed: false, status, challenge: `Bearer ${fields.join(', ')}`, error: params.error }
  }
}

// What is wrong with it helps its owner, and tells a thief nothing that the token does not.
function describe(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The access token expired'
  if (error instanceof errors.JWTClaimValidationFailed) return `The ${error.claim} of the access token is not accepted here`
  if (error instanceof errors.JWKSNoMatchingKey) return 'No key is known by the kid of the access token'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the access token does not hold'
  return 'The access token is not valid here'
}

// Without the keys nothing can be judged: that is a 503, and never a 401, on which clients would throw good tokens away.
function isTokensFault(error: unknown): boolean {
  const ours = ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID']
  return error instanceof errors.JOSEError && !ours.includes(error.code)
}
