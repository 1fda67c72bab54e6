import type { TestServer } from './test-server'

/** The part of `node:http` that is used. */
export type CreateServer = (listener: (request: Incoming, response: Outgoing) => void) => HttpServer

/** The part of an `IncomingMessage` of `node:http` that is used. */
export interface Incoming {
  /** Hears the body, piece by piece. */
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  /** Hears that it is over, or broken. */
  on(event: 'end' | 'error', listener: (error?: unknown) => void): unknown
  /** As it was sent. */
  readonly method?: string | undefined
  /** Path and query. */
  readonly url?: string | undefined
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** The part of a `ServerResponse` of `node:http` that is used. */
export interface Outgoing {
  /** Sends status and headers. */
  writeHead(status: number, headers: Record<string, string | string[]>): unknown
  /** Sends the body, and that it is over. */
  end(body?: Uint8Array): unknown
  /** Breaks the connection. */
  destroy(): unknown
}

/** The part of a `Server` of `node:http` that is used. */
export interface HttpServer {
  /** Listens; port 0 is any that is free. */
  listen(port: number, host: string, done: () => void): unknown
  /** Where it listens. */
  address():
    | {
        /** The one that was free. */
        readonly port: number
      }
    | string
    | null
  /** Takes no new connection. */
  close(done: () => void): unknown
  /** Cuts those that are open. */
  closeAllConnections(): void
}

/** How to stop it: open connections are cut. */
export interface Listening {
  /** Settles once the port is free. */
  close(): Promise<void>
}

/**
 * Puts a server on a free port of 127.0.0.1, for browsers and other processes. Pages of any origin may call it (CORS), and may read
 * every header but those that a refusal hides.
 * @param createServer of `node:http`, handed in: this entry runs in browsers too.
 * @param build makes the server, once its origin is known: `(origin) => authorizationServer({ origin })`.
 */
export async function listen<Server extends TestServer>(
  createServer: CreateServer,
  build: (origin: string) => Server,
): Promise<Server & Listening> {
  let server: Server | undefined
  const http = createServer((incoming, outgoing) => {
    // What the server throws is a connection that breaks.
    reply(server, incoming, outgoing).catch(() => outgoing.destroy())
  })
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      http.close(() => resolve())
      http.closeAllConnections()
    })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  try {
    server = build(`http://127.0.0.1:${Object(http.address()).port}`)
  } catch (error) {
    await close() // Open, it would keep the process alive.
    throw error
  }
  return Object.assign(server, { close })
}

async function reply(server: TestServer | undefined, incoming: Incoming, outgoing: Outgoing): Promise<void> {
  const { method = 'GET', url = '/', headers } = incoming
  const chunks: Uint8Array<ArrayBuffer>[] = []
  await new Promise((resolve, reject) => {
    incoming.on('data', (chunk) => chunks.push(new Uint8Array(chunk)))
    incoming.on('end', resolve)
    incoming.on('error', reject)
  })
  if (method === 'OPTIONS' && headers['access-control-request-method']) {
    outgoing.writeHead(204, {
      ...cors(headers),
      'access-control-allow-methods': String(headers['access-control-request-method']),
      'access-control-allow-headers': String(headers['access-control-request-headers'] ?? ''),
    })
    outgoing.end()
    return
  }
  if (!server) throw new Error('Nobody listens yet')
  const fields = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]))
  const response = await server.answer(
    new Request(`${server.origin}${url}`, {
      method,
      headers: Object.fromEntries(fields),
      body: chunks.length && !/^(GET|HEAD)$/.test(method) ? new Blob(chunks) : null, // Theirs means nothing (RFC 9110 §9.3.1).
    }),
  )
  const body = new Uint8Array(await response.arrayBuffer())
  outgoing.writeHead(response.status, {
    ...cors(headers),
    ...Object.fromEntries([...response.headers].filter(([name]) => !(response.url && ofCoding.test(name)))),
    vary: ['origin', response.headers.get('vary') ?? []].flat().join(', '),
    'set-cookie': response.headers.getSetCookie(), // As one field they would be one cookie.
  })
  outgoing.end(body)
}

/** What a real `fetch`, whose responses alone have a URL, leaves there though it has decoded the body. */
const ofCoding = /^(content-encoding|content-length|transfer-encoding)$/

function cors(headers: Incoming['headers']): Record<string, string> {
  return {
    'access-control-allow-origin': String(headers.origin ?? '*'),
    'access-control-allow-credentials': 'true',
    // A wildcard counts for nothing once cookies come along.
    'access-control-expose-headers': 'www-authenticate, retry-after, date, dpop-nonce, authentication-info',
    vary: 'origin',
  }
}
