import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the authorization server and the API are: another origin than the page's. */
    loopback: string
  }
}

/**
 * An authorization server and an API on another origin. The first segment of a path names a world, so that tests don't meet:
 * - `POST /world/token` rotates; a refresh token that was consumed is refused.
 * - `GET /world/me` wants the newest access token. `?error=` names the error of its 401, `&exposed` lets a page read the
 *   challenge.
 * - `GET /world/counters` tells what was received.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const worlds = new Map<string, World>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://loopback')
    const [, name = '', action = ''] = url.pathname.split('/')
    const world = worlds.get(name) ?? { generation: 0, refreshes: 0, refused: 0, calls: 0, withheld: 0, pastCaches: 0 }
    worlds.set(name, world)
    response.setHeader('access-control-allow-origin', '*')
    if (request.method === 'OPTIONS') preflight(response)
    else if (action === 'token') void token(world, request, response)
    else if (action === 'me') me(world, url.searchParams, request, response)
    else json(response, 200, world)
  })
  const port = await listen(server)
  project.provide('loopback', `http://127.0.0.1:${port}`)
  return () => close(server)
}

interface World {
  /** The tokens of generation n are `access-n` and `refresh-n`; only the newest are good. */
  generation: number
  refreshes: number
  refused: number
  calls: number
  /** Calls that carried no credentials. */
  withheld: number
  /** Calls that asked every cache on the way to stand aside. */
  pastCaches: number
}

function preflight(response: ServerResponse): void {
  response.writeHead(204, { 'access-control-allow-headers': 'authorization, content-type', 'access-control-allow-methods': '*' }).end()
}

async function token(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  // Slow enough for every caller of a test to meet the same refresh.
  await new Promise((resolve) => setTimeout(resolve, 100))
  if (new URLSearchParams(body).get('refresh_token') !== `refresh-${world.generation}`) {
    world.refused++
    json(response, 400, { error: 'invalid_grant' })
    return
  }
  world.refreshes++
  world.generation++
  const [access_token, refresh_token] = [`access-${world.generation}`, `refresh-${world.generation}`]
  json(response, 200, { access_token, refresh_token, token_type: 'Bearer', expires_in: 3600 })
}

function me(world: World, query: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
  const { authorization, 'cache-control': cacheControl } = request.headers
  world.calls++
  if (cacheControl === 'no-cache') world.pastCaches++
  if (!authorization) world.withheld++
  if (authorization === `Bearer access-${world.generation}`) {
    json(response, 200, { generation: world.generation })
  } else {
    response.setHeader('www-authenticate', `Bearer realm="loopback", error="${query.get('error') ?? 'invalid_token'}"`)
    if (query.has('exposed')) response.setHeader('access-control-expose-headers', 'www-authenticate')
    json(response, 401, { error: 'refused' })
  }
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(body))
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}
