import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Servers } from './servers.ts'
import type { Command } from './sockets.ts'

// A process of its own for the servers: what they cost must not be counted among what a client costs.
const open = new Map<number, { readonly servers: Servers; readonly server: Server }>()

process.on('message', async ({ id, command }: { id: number; command: Command }) => {
  process.send?.({ id, value: await run(command) })
})
process.on('disconnect', () => process.exit(0))

async function run(command: Command): Promise<unknown> {
  if (command.do === 'open') {
    const servers = new Servers(command.options)
    const server = listener(servers)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    open.set(port, { servers, server })
    return { port, tokens: servers.tokens }
  }
  const { servers, server } = open.get(command.port)!
  if (command.do === 'expire') servers.expire()
  if (command.do === 'close') {
    server.closeAllConnections()
    server.close()
    open.delete(command.port)
  }
  return servers.counters
}

function listener(servers: Servers): Server {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      const answer = servers.answer({ path: request.url ?? '', authorization: request.headers.authorization, body })
      const send = (): void => void response.writeHead(answer.status, answer.headers).end(answer.body)
      if (answer.after) setTimeout(send, answer.after)
      else send()
    })
  })
  // A connection that closes while a request is on its way would be an error of nobody's.
  server.keepAliveTimeout = 600_000
  return server
}
