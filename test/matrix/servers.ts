import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type IssuedTokens, TokenFamilies } from 'authenticated-client/testing'
import { type Fault, refused } from './faults.ts'
import type { Place } from './run.ts'

export interface Servers extends Place {
  /** The token endpoint does this from now on; `undefined` ends it, and what still hangs is cut off. */
  breakDown(fault: Fault | undefined): Promise<void>
  /** The API refuses every access token given so far. */
  spoilAccessTokens(): void
  /** Whether the fault has shown itself to anyone; of a server that is away that can't be known. */
  wasMet(): boolean
  stop(): void
}

/** An authorization server whose refresh tokens rotate, and an API that takes its access tokens; over real sockets. */
export async function startServers(): Promise<Servers> {
  const families = new TokenFamilies({}, Date.now)
  let fault: Fault | undefined
  let isMet = false
  const login = await listen((request, response) => void answer(request, response), unasked())
  const api = await listen(({ headers }, response) => {
    const isServed = families.accepts(headers.authorization?.replace('Bearer ', '') ?? '')
    response.writeHead(isServed ? 200 : 401, isServed ? {} : { 'www-authenticate': 'Bearer error="invalid_token"' }).end('{}')
  })
  const port = (login.address() as AddressInfo).port
  const origin = `http://127.0.0.1:${port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { pathname } = new URL(request.url ?? '', origin)
    if (pathname !== '/token') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>maintenance')
    if (fault) {
      isMet = true
      return void fault(response, request)
    }
    const issued = families.refresh(refreshTokenIn(Buffer.concat(chunks).toString()))
    response
      .writeHead(issued ? 200 : 400, { 'content-type': 'application/json' })
      .end(JSON.stringify(issued ? bodyOf(issued) : { error: 'invalid_grant' }))
  }

  return {
    tokenEndpoint: `${origin}/token`,
    api: `http://127.0.0.1:${(api.address() as AddressInfo).port}/me`,
    signIn: () => families.signIn(),
    spoilAccessTokens: () => families.spoilAccessTokens(),
    async breakDown(next) {
      const before = fault
      fault = next
      isMet ||= next === refused
      login.closeAllConnections()
      if (next === refused) await new Promise((resolve) => login.close(resolve))
      else if (before === refused) await new Promise<void>((resolve) => login.listen(port, '127.0.0.1', resolve))
    },
    wasMet: () => isMet,
    stop() {
      for (const server of [login, api]) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}

/** Two dialects: RFC 6749's form, and JSON for those who ask so. */
function refreshTokenIn(body: string): string {
  const json = body.startsWith('{') ? (JSON.parse(body) as { refresh_token?: string }) : undefined
  return (json ? json.refresh_token : new URLSearchParams(body).get('refresh_token')) ?? ''
}

function bodyOf({ accessToken, refreshToken }: IssuedTokens): Record<string, unknown> {
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    token_type: 'bearer',
    expires_in: 3600,
    user: { id: '1', aud: 'authenticated' },
  }
}

/** A port that the system gives to nobody: the token endpoint leaves it for a while, and has to find it free. */
function* unasked(): Generator<number> {
  for (;;) yield 15_000 + Math.floor(Math.random() * 15_000)
}

async function listen(answer: RequestListener, ports: Iterable<number> = [0]): Promise<Server> {
  const server = createServer(answer)
  for (const port of ports) {
    const isListening = await new Promise<boolean>((resolve, reject) => {
      const failed = (error: NodeJS.ErrnoException): void => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error))
      server.once('error', failed).listen(port, '127.0.0.1', () => {
        server.off('error', failed)
        resolve(true)
      })
    })
    if (isListening) return server
  }
  throw new Error('No port is free')
}
