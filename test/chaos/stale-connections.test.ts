import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { AuthenticatedClient, memoryStore } from 'authenticated-client'
import { expect, it, onTestFinished } from 'vitest'
import { impatientClock } from '../support/impatient-clock.ts'

it('a kept-alive connection that the server has given up costs neither the session nor a refresh token (F29)', async () => {
  const server = await staleServer()
  const logouts: string[] = []
  const client = new AuthenticatedClient({
    tokenEndpoint: `${server.origin}/token`,
    clientId: 'web',
    store: memoryStore({ accessToken: 'access-0', refreshToken: 'refresh-0' }),
    onLogout: ({ reason }) => logouts.push(reason),
    refreshBudget: false,
    clock: impatientClock(),
  })

  for (let round = 0; round < 20; round++) {
    // A pool may hold several that are stale: a flight tries twice, the next one goes on.
    for (let tries = 0; server.presented.length === round && tries < 5; tries++) await client.refresh().catch(() => {})
    // From here on each connection that is open is dropped when the next request has reached it.
    server.giveUpOpenOnes()
  }

  expect(logouts).toEqual([])
  expect(server.presented).toEqual(Array.from({ length: 20 }, (_, round) => `refresh-${round}`))
  expect(server.dropped).toBeGreaterThan(0)
})

/** Serves the token endpoint; a connection that it has given up is reset by the first request on it, which it doesn't read. */
async function staleServer() {
  const open = new Map<Socket, { isGivenUp: boolean }>()
  const presented: string[] = []
  let dropped = 0
  const server: Server = createServer((socket) => {
    const state = { isGivenUp: false }
    open.set(socket, state)
    let text = ''
    socket.on('error', () => {}).on('close', () => open.delete(socket))
    socket.on('data', (chunk) => {
      if (state.isGivenUp) {
        dropped++
        return void socket.resetAndDestroy()
      }
      text += chunk.toString('latin1')
      const token = /\r\n\r\n.*refresh_token=([\w-]+)/s.exec(text)?.[1]
      if (!token) return
      text = ''
      presented.push(token)
      const next = presented.length
      const body = JSON.stringify({ access_token: `access-${next}`, refresh_token: `refresh-${next}`, token_type: 'Bearer' })
      socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of open.keys()) socket.destroy()
    server.close()
  })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    presented,
    giveUpOpenOnes: () => {
      for (const state of open.values()) state.isGivenUp = true
    },
    get dropped() {
      return dropped
    },
  }
}
