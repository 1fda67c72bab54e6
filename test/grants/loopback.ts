import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Loopback {
  readonly origin: string
  readonly tokenEndpoint: string
  /** The bodies it received, in order. */
  readonly bodies: readonly string[]
}

/** A real HTTP server for one test: it has read the whole request before it hands it over. */
export async function loopback(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Loopback> {
  const bodies: string[] = []
  const listener: RequestListener = async (request, response) => {
    response.on('error', () => {})
    let body = ''
    for await (const chunk of request) body += chunk
    bodies.push(body)
    answer(request, response)
  }
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, tokenEndpoint: `${origin}/token`, bodies }
}
