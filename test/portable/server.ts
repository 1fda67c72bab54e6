import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Worlds } from './worlds'

export interface PortableServer {
  readonly origin: string
  /** What runtimes posted to `/results/<name>`. */
  result(name: string): Promise<unknown>
  /** Serves this text at a path, as a script or a page. */
  serve(path: string, type: string, text: string): void
  close(): Promise<void>
}

/** The worlds on a loopback port, for pages of any origin, with a letter box for what runtimes find out. */
export async function startServer(): Promise<PortableServer> {
  const worlds = new Worlds()
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
    const { pathname } = new URL(request.url ?? '/', 'http://loopback')
    const body = await textOf(request)
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-expose-headers', 'www-authenticate')
    if (request.method === 'OPTIONS') {
      response.writeHead(204, { 'access-control-allow-headers': 'authorization, content-type', 'access-control-allow-methods': '*' }).end()
      return
    }
    const file = files.get(pathname)
    if (file) {
      response.writeHead(200, { 'content-type': file.type, 'service-worker-allowed': '/' }).end(file.text)
      return
    }
    const [, name, action = ''] = pathname.split('/')
    if (name === 'results') {
      resultOf(action).resolve(JSON.parse(Buffer.from(body, 'latin1').toString()))
      response.end()
      return
    }
    const { authorization, 'content-type': type } = request.headers
    const answer = worlds.answer({ method: request.method ?? 'GET', path: request.url ?? '/', authorization, type, body })
    const send = (): void => void response.writeHead(answer.status, answer.headers).end(answer.body)
    if (answer.after) setTimeout(send, answer.after)
    else send()
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

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('latin1')
}
