// A WebSocket is no fetch: it gets a token with some time to go, in its first message and never in its URL, which ends up in logs. No
// client looks where it goes: `origin`, such as wss://api.example.com, is the one that may have the token. Signed out, it is closed: the
// server would go on talking to who was there before.
import { type AuthenticatedClient, SessionChangedError } from 'authenticated-client'
import { onSessionChange, sessionOf } from './on-session-change'

export async function socketWith(client: AuthenticatedClient, url: string, origin: string): Promise<WebSocket> {
  if (new URL(url).origin !== origin) throw new TypeError(`No token for ${new URL(url).origin}: it is for ${origin}`)
  await client.getAccessToken({ minValidity: 60_000 })
  // Until here the session may have become another one. From here on it must not: nothing would close the socket yet.
  const session = sessionOf(client)
  const accessToken = await client.getAccessToken()
  if (sessionOf(client) !== session) throw new SessionChangedError()
  const socket = new WebSocket(url)
  socket.addEventListener(
    'close',
    onSessionChange(client, () => socket.close()),
  )
  socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'authenticate', accessToken })))
  return socket
}
