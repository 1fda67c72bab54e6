import { getRequestListener } from '@hono/node-server'
import { type Context, Hono, type Next } from 'hono'
import { cors } from 'hono/cors'
import { bearerGuard } from './bearer-guard'
import { fingerprint } from './fingerprint'
import { Gate, type HeldBack } from './gate'
import { listenOnLoopback } from './loopback'
import { wrongAnswers } from './wrong-answers'

export interface ApiOptions {
  /** Whose tokens it accepts; an `AuthorizationServer` fits. */
  readonly issuer: string
  readonly jwksUri: string
  readonly audience: string
  /** @default 'playground' */
  readonly realm?: string | undefined
  /**
   * How long past its expiry a token is still accepted, in milliseconds: clocks differ a little.
   * @default 1_000
   */
  readonly clockLeeway?: number | undefined
}

/** One request, as the API saw it. */
export interface ApiRequest {
  readonly at: number
  readonly method: string
  readonly path: string
  /** Which token it carried, never the token. */
  readonly token?: string | undefined
  /** Bytes of the body that arrived, also of a request that was then refused. */
  readonly bodySize: number
  readonly idempotencyKey?: string | undefined
  readonly status: number
  /** The `error` of its challenge. */
  readonly error?: string | undefined
}

export interface ApiCounts {
  readonly requests: number
  /** Answered 2xx. */
  readonly accepted: number
  /** Answered 401. */
  readonly unauthorized: number
  /** Answered 403. */
  readonly forbidden: number
  /** Notes taken: what a POST is for. */
  readonly notes: number
}

export interface Api {
  readonly origin: string
  /** Every request that was answered, in order. */
  readonly requests: readonly ApiRequest[]
  /** The same, counted. A new object at each look. */
  readonly counts: ApiCounts
  /** From now on this token is refused with `invalid_token`, though it has not expired. */
  refuse(accessToken: string): void
  /** From now on, answers to paths below `/slow/` are judged at once, but held back until they are released. */
  holdBack(): HeldBack
  close(): Promise<void>
}

type Env = { Variables: { user: string; error: string | undefined } }

/** A resource server: it verifies access tokens, and refuses bad ones with proper challenges. */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { issuer, jwksUri, audience, realm = 'playground', clockLeeway = 1_000 } = options
  const guard = bearerGuard({ issuer, jwksUri, audience, realm, clockLeeway })
  const requests: ApiRequest[] = []
  const gate = new Gate()
  let notes = 0

  const app = new Hono<Env>()
  app.use(
    cors({
      origin: '*',
      allowHeaders: ['authorization', 'content-type', 'idempotency-key'],
      maxAge: 600,
      exposeHeaders: ['www-authenticate', 'retry-after', 'date'], // Hidden from a page's scripts otherwise.
    }),
  )

  app.use(async (c, next) => {
    const token = /^bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
    const seen = {
      at: Date.now(),
      method: c.req.method,
      path: c.req.path,
      token: token && fingerprint(token),
      // A real API would refuse before reading. This one wants to see what was sent.
      bodySize: (await c.req.arrayBuffer()).byteLength,
      idempotencyKey: c.req.header('idempotency-key'),
    }
    await next()
    requests.push({ ...seen, status: c.res.status, error: c.get('error') })
  })

  app.use('/slow/*', async (_, next) => {
    await next() // The token is judged on arrival, the answer comes late.
    await gate.pass()
  })

  app.get('/me', needs('read'), (c) => c.json({ user: c.get('user') }))
  app.get('/slow/me', needs('read'), (c) => c.json({ user: c.get('user') }))
  app.post('/notes', needs('write'), async (c) => {
    const { byteLength } = await c.req.arrayBuffer()
    return c.json({ note: ++notes, bodySize: byteLength, idempotencyKey: c.req.header('idempotency-key') }, 201)
  })

  app.route('/wrong', await wrongAnswers(guard, { issuer, jwksUri, audience, realm, clockLeeway }))

  app.onError((_, c) => c.json({ error: 'unavailable' }, 503))

  const loopback = await listenOnLoopback()
  loopback.answerWith(getRequestListener(app.fetch))

  return {
    origin: loopback.origin,
    requests,
    get counts() {
      const answered = (status: number) => requests.filter((request) => request.status === status).length
      return {
        requests: requests.length,
        accepted: answered(200) + answered(201),
        unauthorized: answered(401),
        forbidden: answered(403),
        notes,
      }
    },
    refuse: guard.refuse,
    holdBack: () => gate.shut(),
    close: () => {
      gate.open()
      return loopback.close()
    },
  }

  function needs(scope: string) {
    return async (c: Context<Env>, next: Next) => {
      const verdict = await guard.judge(c.req.header('authorization'), scope)
      if (!verdict.allowed) {
        c.set('error', verdict.error)
        return c.json({ error: verdict.error ?? 'unauthorized' }, verdict.status, { 'www-authenticate': verdict.challenge })
      }
      c.set('user', verdict.user)
      return next()
    }
  }
}
