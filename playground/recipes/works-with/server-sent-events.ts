// Server-sent events: the platform's EventSource can't send a header, `eventsource` takes a fetch. It connects again by itself when the
// server ends the stream, each time with a token that is good.
// Close it when the session is over, `onSessionChange(client, () => source.close())`: it would connect again for who signs in next.
import type { AuthenticatedClient } from 'authenticated-client'
import { EventSource } from 'eventsource'

export function eventsWith(client: AuthenticatedClient, url: string): EventSource {
  return new EventSource(url, { fetch: (input, init) => client.fetch(input, init) })
}
