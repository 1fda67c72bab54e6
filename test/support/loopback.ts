import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A request as it came over the socket. */
export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Loopback {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  /** Complete requests, in the order in which their last byte came. */
  readonly requests: readonly Received[]
}

/** A real HTTP server on this machine, gone when the test is. */
export async function loopback(answer: (request: Received, response: ServerResponse) => void): Promise<Loopback> {
  const requests: Received[] = []
  const server = createServer(async (incoming, response) => {
    try {
      const request = { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body: await text(incoming) }
      requests.push(request)
      answer(request, response)
    } catch {
      response.destroy() // The client left in the middle of its upload.
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

async function text(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
