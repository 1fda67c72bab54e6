// Server-sent events: the platform's EventSource can't send headers, but the package `eventsource` takes a fetch. When the server ends the
// stream it connects again by itself, each time with a token that is good then. So it is closed when the session ends, or it would connect
// again for the next user.
import type { AuthenticatedClient } from 'authenticated-client'
import { EventSource } from 'eventsource'
import { onSessionChange } from './on-session-change'

export function eventsWith(client: AuthenticatedClient, url: string): EventSource {
  const source = new EventSource(url, { fetch: (input, init) => client.fetch(input, init) })
  const stop = onSessionChange(client, () => source.close())
  const close = source.close.bind(source)
  source.close = () => {
    stop() // A client outlives many streams, and would hold each of them.
    close()
  }
  source.addEventListener('error', () => {
    if (source.readyState === source.CLOSED) stop() // It does not connect again.
  })
  return source
}
