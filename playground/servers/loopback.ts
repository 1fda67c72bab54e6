import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Loopback {
  readonly origin: string
  /** An issuer must know its own URL before it can answer: the port comes first, the answers later. */
  answerWith(listener: (request: IncomingMessage, response: ServerResponse) => unknown): void
  close(): Promise<void>
}

/** An HTTP server on a free port that only this machine can reach. */
export async function listenOnLoopback(): Promise<Loopback> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answerWith: (listener) => void server.on('request', listener),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections() // Kept-alive connections would hold `close` back for seconds.
      }),
  }
}
