import { createServer, type Socket } from 'node:net'
import type { TestServer } from 'authenticated-client/testing'
import { onTestFinished } from 'vitest'

/** How the next answer comes over the wire. */
export interface Cut {
  /** So many bytes of it are sent. */
  readonly after: number
  /** And then: the connection is reset, ended, or left silent. */
  readonly how: 'reset' | 'end' | 'silence'
}

export interface CutServer {
  readonly origin: string
  /** The next answer is cut so; those after it are whole. */
  cut(cut: Cut | undefined): void
  /** How many bytes the last answer had, cut or not. */
  readonly length: number
  readonly connections: number
}

/** An HTTP server over bare sockets, in front of a test server, that can break an answer off at any byte. */
export async function startCutServer(build: (origin: string) => TestServer): Promise<CutServer> {
  const state = { cut: undefined as Cut | undefined, length: 0, connections: 0 }
  const sockets = new Set<Socket>()
  let target: TestServer | undefined

  const answer = async (socket: Socket, head: string, body: string): Promise<void> => {
    const [line = '', ...fields] = head.split('\r\n')
    const [method = 'GET', path = '/'] = line.split(' ')
    const headers = new Headers(
      fields.map((field): [string, string] => [field.slice(0, field.indexOf(':')), field.slice(field.indexOf(':') + 1).trim()]),
    )
    const request = new Request(`${target?.origin}${path}`, { method, headers, body: body || null })
    const response = (await target?.answer(request)) ?? new Response(null, { status: 500 })
    const text = await response.text()
    const lines = [...response.headers].map(([name, value]) => `${name}: ${value}`)
    const bytes = Buffer.from(
      `HTTP/1.1 ${response.status} X\r\n${[...lines, `content-length: ${Buffer.byteLength(text)}`].join('\r\n')}\r\n\r\n${text}`,
    )
    state.length = bytes.length
    const { cut } = state
    state.cut = undefined
    if (!cut) {
      socket.write(bytes)
      return
    }
    const leave = (): void => {
      if (cut.how === 'reset') socket.resetAndDestroy()
      else if (cut.how === 'end') socket.end()
    }
    // Nothing at all can't be waited for.
    if (cut.after === 0) leave()
    else socket.write(bytes.subarray(0, cut.after), leave)
  }

  const server = createServer((socket) => {
    state.connections++
    sockets.add(socket)
    let buffer = ''
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    socket.on('data', (chunk) => {
      buffer += chunk.toString('latin1')
      for (;;) {
        const end = buffer.indexOf('\r\n\r\n')
        const length = Number(/content-length: (\d+)/i.exec(buffer)?.[1] ?? 0)
        if (end < 0 || buffer.length < end + 4 + length) return
        const [head, body] = [buffer.slice(0, end), buffer.slice(end + 4, end + 4 + length)]
        buffer = buffer.slice(end + 4 + length)
        void answer(socket, head, body)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  target = build(origin)
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    origin,
    cut: (cut) => {
      state.cut = cut
    },
    get length() {
      return state.length
    },
    get connections() {
      return state.connections
    },
  }
}
