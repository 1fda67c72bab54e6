import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What one behaviour has made the servers see. */
export interface Counters {
  refreshes: number
  /** Refresh tokens that were refused. */
  rejected: number
  tokenRequests: number
  calls: number
  /** Calls without `Authorization`. */
  bare: number
  revocations: number
}

interface World extends Counters {
  /** The tokens of generation n are `access-n` and `refresh-n`; only the newest are good. */
  generation: number
  /** Token requests that are still to be answered with this status. */
  outage: { status: number; left: number }
  isRevoked: boolean
}

export interface PortableServer {
  readonly origin: string
  /** What runtimes posted to `/results/<name>`. */
  result(name: string): Promise<unknown>
  /** Serves this text at a path, as a script or a page. */
  serve(path: string, type: string, text: string): void
  close(): Promise<void>
}

/**
 * An authorization server and an API for any runtime that can only make requests. The first segment of a path names a world, so that
 * behaviours don't meet: `POST /world/token`, `POST /world/revoke`, `/world/me`, `/world/echo`, `/world/redirect?to=`, and for the
 * behaviour itself `/world/counters`, `/world/outage?status=&times=`, `/world/end`.
 */
export async function startServer(): Promise<PortableServer> {
  const worlds = new Map<string, World>()
  const files = new Map<string, { type: string; text: string }>()
  const results = new Map<string, { promise: Promise<unknown>; resolve(value: unknown): void }>()
  const resultOf = (name: string) => {
    const known = results.get(name)
    if (known) return known
    let resolve = (_: unknown): void => {}
    const promise = new Promise<unknown>((settle) => {
      resolve = settle
    })
    const result = { promise, resolve }
    results.set(name, result)
    return result
  }

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://loopback')
    const body = await textOf(request)
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-expose-headers', 'www-authenticate')
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { 'access-control-allow-headers': 'authorization, content-type', 'access-control-allow-methods': '*' }).end()
      return
    }
    const file = files.get(url.pathname)
    if (file) {
      response.writeHead(200, { 'content-type': file.type, 'service-worker-allowed': '/' }).end(file.text)
      return
    }
    const [, name = '', action = ''] = url.pathname.split('/')
    if (name === 'results') {
      resultOf(action).resolve(JSON.parse(Buffer.from(body, 'latin1').toString()))
      response.end()
      return
    }
    const world = worlds.get(name) ?? newWorld()
    worlds.set(name, world)
    answer(world, action, url.searchParams, request, body, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    result: (name) => resultOf(name).promise,
    serve: (path, type, text) => void files.set(path, { type, text }),
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function newWorld(): World {
  return {
    generation: 0,
    outage: { status: 503, left: 0 },
    isRevoked: false,
    refreshes: 0,
    rejected: 0,
    tokenRequests: 0,
    calls: 0,
    bare: 0,
    revocations: 0,
  }
}

function answer(
  world: World,
  action: string,
  query: URLSearchParams,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
): void {
  switch (action) {
    case 'token':
      // Slow enough for every caller of a behaviour to meet the same refresh.
      setTimeout(() => token(world, body, request, response), 50)
      return
    case 'revoke':
      world.revocations++
      response.end()
      return
    case 'redirect':
      response.writeHead(302, { location: query.get('to') ?? '/' }).end()
      return
    case 'counters':
      json(response, 200, world)
      return
    case 'outage':
      world.outage = { status: Number(query.get('status')), left: Number(query.get('times')) }
      response.end()
      return
    case 'end':
      world.isRevoked = true
      response.end()
      return
    default:
      resource(world, action, query, request, body, response)
  }
}

function token(world: World, body: string, { headers }: IncomingMessage, response: ServerResponse): void {
  const form = new URLSearchParams(body)
  world.tokenRequests++
  if (world.outage.left > 0) {
    world.outage.left--
    response.writeHead(world.outage.status).end()
    return
  }
  const isService = form.get('grant_type') === 'client_credentials' && headers.authorization === `Basic ${btoa('service:s%3Acret')}`
  if (!isService && (world.isRevoked || form.get('refresh_token') !== `refresh-${world.generation}`)) {
    world.rejected++
    json(response, 400, { error: 'invalid_grant' })
    return
  }
  world.refreshes++
  world.generation++
  const [access_token, refresh_token] = [`access-${world.generation}`, `refresh-${world.generation}`]
  json(response, 200, { access_token, refresh_token, token_type: 'Bearer', expires_in: 3600 })
}

function resource(
  world: World,
  action: string,
  query: URLSearchParams,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
): void {
  const { authorization, 'content-type': type } = request.headers
  world.calls++
  if (!authorization) world.bare++
  const error = query.get('error') ?? 'invalid_token'
  if (authorization === `Bearer access-${world.generation}` && world.generation > 0 && !query.has('always')) {
    json(response, 200, { generation: world.generation, method: request.method, body, type, action })
    return
  }
  if (error !== 'none') response.setHeader('www-authenticate', `Bearer realm="loopback", error="${error}"`)
  json(response, Number(query.get('status') ?? 401), { error: 'refused' })
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('latin1')
}
