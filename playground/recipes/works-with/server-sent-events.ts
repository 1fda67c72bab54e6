// Server-sent events: the platform's EventSource can't send headers, but the package `eventsource` takes a fetch. When the server ends the
// stream it connects again by itself, each time with a token that is good then. So close it when the session ends, or it connects again for
// the next user: `onSessionChange(client, () => source.close())`.
import type { AuthenticatedClient } from 'authenticated-client'
import { EventSource } from 'eventsource'

export function eventsWith(client: AuthenticatedClient, url: string): EventSource {
  return new EventSource(url, { fetch: (input, init) => client.fetch(input, init) })
}
