import { Agent, request as send } from 'node:http'
import { Readable } from 'node:stream'
import { AuthenticatedClient, type AuthenticatedClientOptions, type FetchLike } from 'authenticated-client'
import { type Loopback, loopback, type Received } from '../support/loopback'

type Respond = Parameters<typeof loopback>[0]

export interface RealWorld {
  readonly client: AuthenticatedClient
  readonly api: Loopback
  /** Requests to the token endpoint. */
  refreshes(): number
}

/**
 * A client signed in with `access-1`, in front of an API on this machine. The API's `/token` refreshes: `access-2`, then `access-3`, …
 * All else is answered by `respond`.
 */
export async function realWorld(respond: Respond, options: AuthenticatedClientOptions = {}): Promise<RealWorld> {
  let serial = 1
  const api = await loopback((request, response) => {
    if (request.path !== '/token') return respond(request, response)
    serial++
    response.setHeader('Content-Type', 'application/json')
    response.end(
      JSON.stringify({ access_token: `access-${serial}`, token_type: 'Bearer', refresh_token: `refresh-${serial}`, expires_in: 3600 }),
    )
  })
  const client = new AuthenticatedClient({
    tokenEndpoint: `${api.origin}/token`,
    clientId: 'web',
    allowedOrigins: [api.origin],
    ...options,
  })
  await client.setTokens({ accessToken: 'access-1', refreshToken: 'refresh-1', expiresAt: Date.now() + 3600_000 })
  return { client, api, refreshes: () => api.requests.filter(({ path }) => path === '/token').length }
}

/** Answers 401 to `access-1`, and `hello` to whoever brings a newer token. */
export function refuseFirst(body = 'refused'): Respond {
  return (request, response) => {
    if (tokenIn(request) !== 'access-1') return void response.end('hello')
    response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end(body)
  }
}

export function tokenIn({ headers }: Received): string | undefined {
  return headers.authorization?.replace('Bearer ', '')
}

/** A `fetch` with at most that many connections: one whose answer isn't read keeps its connection, as everywhere. */
export function pooledFetch(maxSockets: number): FetchLike & { close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets })
  const pooled: FetchLike = async (input, init) => {
    const request = new Request(input, init)
    const body = Buffer.from(await request.arrayBuffer())
    return new Promise((resolve, reject) => {
      const { method, signal, url } = request
      const outgoing = send(url, { agent, method, signal, headers: Object.fromEntries(request.headers) }, (incoming) => {
        const headers = new Headers()
        for (const [name, values] of Object.entries(incoming.headersDistinct)) for (const value of values ?? []) headers.append(name, value)
        const stream = Readable.toWeb(incoming) as unknown as BodyInit
        resolve(Object.defineProperty(new Response(stream, { status: incoming.statusCode ?? 0, headers }), 'url', { value: url }))
      })
      outgoing.on('error', reject)
      outgoing.end(body)
    })
  }
  return Object.assign(pooled, { close: () => agent.destroy() })
}
