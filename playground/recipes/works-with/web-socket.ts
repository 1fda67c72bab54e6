// A WebSocket is no fetch: it gets a token with some time to go, in its first message and never in its URL, which ends up in logs.
import type { AuthenticatedClient } from 'authenticated-client'

export async function socketWith(client: AuthenticatedClient, url: string): Promise<WebSocket> {
  const accessToken = await client.getAccessToken({ minValidity: 60_000 })
  const socket = new WebSocket(url)
  socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'authenticate', accessToken })))
  return socket
}
