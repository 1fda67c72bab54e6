import { type Context, Hono } from 'hono'
import { createLocalJWKSet, exportJWK, generateKeyPair } from 'jose'
import { type BearerGuardOptions, bearerGuard, type Verdict } from './bearer-guard'

type Refused = Extract<Verdict, { allowed: false }>

/** The same API with mistakes that APIs make, and with demands that few make: each path below `/wrong/` has one. */
export async function wrongAnswers(guard: ReturnType<typeof bearerGuard>, options: BearerGuardOptions): Promise<Hono> {
  const app = new Hono()
  const outdated = bearerGuard({ ...options, keys: await outdatedKeys() })

  app.use('/hidden', async (c, next) => {
    await next()
    c.res.headers.delete('access-control-expose-headers')
  })

  /** Judges as it should, but refuses in the way given. */
  const say = (path: string, refuse: (c: Context, verdict: Refused) => Response, scope = 'read', judge = guard): void => {
    app.all(path, async (c) => {
      const verdict = await judge.judge(c.req.header('authorization'), scope)
      return verdict.allowed ? c.json({ user: verdict.user }) : refuse(c, verdict)
    })
  }
  say('/hidden', rightly)
  say('/no-header', (c) => c.text('Unauthorized', 401))
  say('/forbidden', (c, { challenge }) => c.text('Forbidden', 403, { 'www-authenticate': challenge }))
  say('/scope-as-401', (c, { challenge }) => c.text('Unauthorized', 401, { 'www-authenticate': challenge }), 'write')
  say('/role-as-401', (c) => c.json({ message: 'Access denied for your role' }, 401, { 'www-authenticate': 'Bearer' }), 'write')
  say('/outdated-keys', rightly, 'read', outdated)
  say('/graphql', (c) => c.json({ data: null, errors: [{ message: 'Not signed in', extensions: { code: 'UNAUTHENTICATED' } }] }))
  say('/login-page', (c) => c.html('<!doctype html><title>Sign in</title><p>Please sign in.'))

  /** Wants something more than a good token. */
  const demand = (path: string, wants: (c: Context) => Response): void => {
    app.all(path, async (c) => {
      const verdict = await guard.judge(c.req.header('authorization'), 'read')
      return verdict.allowed ? wants(c) : rightly(c, verdict)
    })
  }
  demand('/policy', (c) => challenge(c, 'error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="'))
  demand('/step-up', (c) => challenge(c, 'error="insufficient_user_authentication", acr_values="urn:mfa", max_age="300"'))
  demand('/csrf', (c) => c.json({ message: 'CSRF token mismatch' }, 403))
  return app
}

function rightly(c: Context, verdict: Refused): Response {
  return c.json({ error: verdict.error ?? 'unauthorized' }, verdict.status, { 'www-authenticate': verdict.challenge })
}

function challenge(c: Context, params: string): Response {
  return c.json({ error: 'unauthorized' }, 401, { 'www-authenticate': `Bearer realm="playground", ${params}` })
}

/** Keys as they were fetched before the authorization server changed its own, and never since. */
async function outdatedKeys() {
  const { publicKey } = await generateKeyPair('ES256')
  return createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig', kid: 'last-year' }] })
}
