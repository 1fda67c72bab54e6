// A WebSocket does not go through `fetch`, so you send the token yourself: one that is good for another minute, in the first message. Never
// put it in the URL, which ends up in logs. The client can't check where it goes: pass the `origin` that may have it, such as
// wss://api.example.com. The socket is closed when the session ends: the server would go on sending that user's data.
import { type AuthenticatedClient, SessionChangedError } from 'authenticated-client'
import { onSessionChange, sessionOf } from './on-session-change'

export async function socketWith(client: AuthenticatedClient, url: string, origin: string): Promise<WebSocket> {
  if (new URL(url).origin !== origin) throw new TypeError(`No token for ${new URL(url).origin}: it is for ${origin}`)
  await client.getAccessToken({ minValidity: 60_000 })
  // Up to here, another session is fine. From here until `onSessionChange` listens below it is not: nothing would close the socket.
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
