// The other side: an API whose refusals every client can act on. A 401 says what is wrong with the credentials, always with a challenge;
// a 403 says that they are good but not enough; a 503 says that the API could not check them now. The keys are fetched again when a token
// names an unknown one, and a few seconds of clock difference are tolerated.
import { Hono, type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose'

export interface OrdersApiOptions {
  readonly issuer: string
  readonly audience: string
  readonly jwksUri: string
  /** The origin of the web app whose scripts may call it (CORS). */
  readonly webOrigin: string
  /**
   * How far the clocks of the API and the issuer may differ, in milliseconds.
   * @default 5_000
   */
  readonly leeway?: number
  /**
   * How long to wait before the keys are fetched again, in milliseconds: or tokens with made-up key ids would cause a flood of requests.
   * @default 5_000
   */
  readonly refetchAfter?: number
  readonly fetch?: typeof globalThis.fetch
}

export function ordersApi(options: OrdersApiOptions): Hono {
  const { issuer, audience, jwksUri, webOrigin, leeway = 5_000, refetchAfter = 5_000, fetch = globalThis.fetch } = options
  const keys = createRemoteJWKSet(new URL(jwksUri), { cooldownDuration: refetchAfter, [customFetch]: fetch })

  const needs = (scope: string): MiddlewareHandler => {
    return async (c, next) => {
      const refuse = (status: 400 | 401 | 403 | 503, params: Readonly<Record<string, string>> = {}) => {
        if (status === 503) return c.json({ error: 'unavailable' }, 503, { 'retry-after': '5' })
        const fields = Object.entries({ realm: 'orders', ...params }).map(([name, value]) => `${name}="${value}"`)
        // The challenge is for programs, the body for people. Caches must not keep them: RFC 9111 §3.5 allows it in some cases.
        const headers = { 'www-authenticate': `Bearer ${fields.join(', ')}`, 'cache-control': 'no-store' }
        return c.json({ title: params.error_description ?? 'Sign in first', status }, status, headers)
      }

      const authorization = c.req.header('authorization')
      // No credentials, or those of another scheme: say what is wanted, but name no error (RFC 6750 §3.1).
      if (!/^bearer\b/i.test(authorization ?? '')) return refuse(401)
      const token = /^bearer +([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1]
      if (token === undefined) return refuse(400, { error: 'invalid_request', error_description: 'The Authorization header is malformed' })

      const claims = await jwtVerify(token, keys, { issuer, audience, clockTolerance: leeway / 1_000 }).then(
        ({ payload }) => payload,
        (error: unknown) => error as Error,
      )
      if (claims instanceof Error) {
        return isOurFault(claims) ? refuse(503) : refuse(401, { error: 'invalid_token', error_description: described(claims) })
      }
      if (!scopesOf(claims).includes(scope)) {
        return refuse(403, { error: 'insufficient_scope', error_description: 'The access token does not reach this far', scope })
      }
      return next()
    }
  }

  const app = new Hono()
  // Before the routes: preflights carry no credentials, and must be answered all the same.
  app.use(
    cors({
      origin: webOrigin,
      allowHeaders: ['authorization', 'content-type'],
      exposeHeaders: ['www-authenticate', 'retry-after', 'date'],
    }),
  )
  app.get('/orders', needs('orders:read'), (c) => c.json([{ order: 1 }]))
  app.post('/orders', needs('orders:write'), (c) => c.json({ order: 2 }, 201))
  return app
}

function scopesOf({ scope }: JWTPayload): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ') : []
}

/** Whether the keys could not be had, so that no token can be checked. That is a 503: on a 401 clients would throw good tokens away. */
function isOurFault(error: Error): boolean {
  return !(error instanceof errors.JOSEError) || ['ERR_JOSE_GENERIC', 'ERR_JWKS_TIMEOUT', 'ERR_JWKS_INVALID'].includes(error.code)
}

function described(error: Error): string {
  if (error instanceof errors.JWTExpired) return 'The access token expired'
  if (error instanceof errors.JWTClaimValidationFailed) return `The ${error.claim} of the access token is not accepted here`
  if (error instanceof errors.JWKSNoMatchingKey) return 'No key is known by the kid of the access token'
  return 'The access token is not valid'
}
