import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { AuthenticatedClient } from 'authenticated-client'
import { authorizationServer, listen, type TestAuthorizationServer } from 'authenticated-client/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocketServer } from 'ws'
import { mcpWith } from '../mcp'
import { eventsWith } from '../server-sent-events'
import { socketWith } from '../web-socket'
import { twenty } from './servers'

describe('server-sent events', () => {
  it('connect again by themselves, each time with a token that is good', async () => {
    const { client, login, origin } = await start((request, response, accepted) => {
      if (!accepted) return refuse(response)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      // One event, then the server ends the stream: the next connection comes with an expired token.
      response.end(`retry: 10\ndata: ${request.headers['last-event-id'] ?? 'hello'}\n\n`)
      login.spoilAccessTokens()
    })
    const source = eventsWith(client, `${origin}/events`)
    onTestFinished(() => source.close())

    const heard = await new Promise<number>((resolve) => {
      let events = 0
      source.onmessage = () => {
        if (++events === 3) resolve(events)
      }
    })

    expect(heard).toBe(3)
    expect(login.refreshes).toBeGreaterThanOrEqual(3)
    expect(login.reuses).toBe(0)
  })

  it('end with their session, and do not connect again for the next user', async () => {
    let connections = 0
    const { client, login, origin } = await start((_request, response) => {
      connections += 1
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('retry: 10\ndata: hello\n\n')
    })
    const source = eventsWith(client, `${origin}/events`)
    onTestFinished(() => source.close())
    await new Promise((resolve) => {
      source.onmessage = resolve
    })

    await client.setTokens(login.signIn({ sub: 'bob' }))

    expect([source.readyState, connections]).toEqual([source.CLOSED, 1])
  })

  it('leave no listener behind: those that were closed, nor those that were refused for good', async () => {
    const { client, origin } = await start((_request, response) => response.writeHead(404).end())
    const { subscribe } = client
    const listeners = new Set<() => void>()
    const value = (listener: () => void) => {
      const stop = subscribe(listener)
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        stop()
      }
    }
    Object.defineProperty(client, 'subscribe', { value })

    eventsWith(client, `${origin}/events`).close()
    const { size } = listeners
    const refused = eventsWith(client, `${origin}/events`)
    await new Promise((resolve) => {
      refused.onerror = resolve
    })

    expect([size, listeners.size]).toEqual([0, 0])
  })

  it('hold twenty streams on an expired token with one refresh', async () => {
    const { client, login, origin } = await start((_request, response, accepted) => {
      if (!accepted) return refuse(response)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: hello\n\n')
    })

    const heard = await twenty(
      () =>
        new Promise((resolve) => {
          const source = eventsWith(client, `${origin}/events`)
          onTestFinished(() => source.close())
          source.onmessage = ({ data }) => resolve(data)
        }),
    )

    expect(heard).toEqual(Array(20).fill('hello'))
    expect([login.refreshes, login.reuses]).toEqual([1, 0])
  })
})

describe('a WebSocket', () => {
  it('gets a token with time to go, twenty at once with one refresh', async () => {
    const { client, login, origin, server } = await start((_request, response) => refuse(response), 61_000)
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', (socket) =>
      socket.on('message', (data) => {
        const { accessToken } = JSON.parse(String(data))
        socket.send(login.tokens.accepts(accessToken) ? 'welcome' : 'go away')
      }),
    )
    onTestFinished(() => new Promise((resolve) => sockets.close(() => resolve())))
    await client.setTokens({ ...login.signIn(), expiresAt: Date.now() + 30_000 })

    const address = origin.replace('http', 'ws')
    const said = await twenty(async () => {
      const socket = await socketWith(client, `${address}/orders`, address)
      return new Promise((resolve) => {
        socket.onmessage = ({ data }) => {
          socket.close()
          resolve(data)
        }
      })
    })

    expect(said).toEqual(Array(20).fill('welcome'))
    expect([login.refreshes, login.reuses]).toEqual([1, 0])
  })

  it('gets none for another origin, and not without encryption', async () => {
    const { client, login } = await start((_request, response) => refuse(response))
    await client.setTokens(login.signIn())

    for (const url of ['wss://evil.example/', 'ws://api.example.com/', 'wss://api.example.com.evil.example/'])
      await expect(socketWith(client, url, 'wss://api.example.com')).rejects.toThrow(TypeError)
  })
})

describe("the MCP SDK's streamable HTTP transport", () => {
  it('makes twenty tool calls on an expired token: one refresh, twenty results', async () => {
    const { client, login, origin } = await start(async (request, response, accepted) => {
      if (!accepted) return refuse(response)
      const server = new McpServer({ name: 'test', version: '1.0.0' })
      server.registerTool('greet', { description: 'Says hello' }, () => ({ content: [{ type: 'text', text: 'hello' }] }))
      const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined })
      await server.connect(transport)
      await transport.handleRequest(request, response)
    })
    const mcp = await mcpWith(client, `${origin}/mcp`)
    onTestFinished(() => mcp.close())
    const { refreshes } = login
    login.spoilAccessTokens()

    const results = await twenty(() => mcp.callTool({ name: 'greet', arguments: {} }))

    expect(results.map(({ content }) => content)).toEqual(Array(20).fill([{ type: 'text', text: 'hello' }]))
    expect([login.refreshes - refreshes, login.reuses]).toEqual([1, 0])
  })
})

function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end()
}

type Serve = (request: IncomingMessage, response: ServerResponse, accepted: boolean) => unknown

/** A streaming API: what `listen` answers is whole. */
async function start(serve: Serve, lifetime = 3_600_000) {
  const login: TestAuthorizationServer & { close(): Promise<void> } = await listen(createServer, (origin) =>
    authorizationServer({ origin, lifetime }),
  )
  const server = createServer((request, response) => {
    const token = request.headers.authorization?.slice('Bearer '.length) ?? ''
    serve(request, response, login.tokens.accepts(token) !== undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'app',
    allowedOrigins: [origin],
    refreshBudget: false,
  })
  onTestFinished(async () => {
    client.dispose()
    server.closeAllConnections()
    await Promise.all([login.close(), new Promise((resolve) => server.close(resolve))])
  })
  await client.setTokens(login.signIn())
  login.spoilAccessTokens()
  return { client, login, origin, server }
}
