import { AuthenticatedClient, type AuthenticatedClientOptions, type ClientEvent } from 'authenticated-client'
import { quiet } from 'authenticated-client/testing'

export const origin = 'https://api.example.com'

export type Answer = (request: Request) => Response | Promise<Response>

/** A client of one API, whose answers are given one by one; the last one stays. */
export function clientOf(options: AuthenticatedClientOptions, ...answers: readonly Answer[]) {
  const requests: Request[] = []
  const events: ClientEvent[] = []
  const script = [...answers]
  const client = new AuthenticatedClient({
    baseUrl: origin,
    onEvent: (event) => void events.push(event),
    fetch: async (input, init) => {
      const request = new Request(input, init)
      requests.push(request)
      const answer = (script.length > 1 ? script.shift() : script[0]) ?? ok
      return Object.defineProperty(await answer(request), 'url', { value: request.url })
    },
    ...options,
  })
  return {
    client,
    requests,
    authorizations: () => requests.map(({ headers }) => headers.get('authorization')),
    events: async () => {
      await quiet()
      return events
    },
  }
}

export const ok: Answer = () => Response.json({})

export function refuse(challenge?: string, headers: Record<string, string> = {}): Answer {
  return () => new Response('refused', { status: 401, headers: { ...(challenge && { 'www-authenticate': challenge }), ...headers } })
}
