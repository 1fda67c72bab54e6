import { AuthenticatedClient, type AuthenticatedClientOptions, type ClientEvent } from 'authenticated-client'
import { type DiagnosedEvent, type DiagnoseInput, diagnose } from 'authenticated-client/diagnose'
import type { Premises } from '../servers/workshop'
import { type Heard, type Outcome, timeNow, type Who } from './heard'
import { observedFetch, pathOf } from './observed-fetch'

export interface Watched {
  readonly client: AuthenticatedClient
  /** Calls by the client's fetch; never rejects. */
  call(url: string, init?: RequestInit): Promise<Outcome>
}

type Options = AuthenticatedClientOptions & { readonly expected?: DiagnoseInput['expected'] }

/** A client that tells everything: what is asked of it, what it does, how each call ends, and why it was refused. */
export function watch(who: Who, { servers, tell }: { servers: Premises; tell: (heard: Heard) => void }, options: Options): Watched {
  const { expected = { audience: servers.audience, issuer: servers.issuer }, ...clientOptions } = options
  const say = (what: Heard['what']) => tell({ at: timeNow(), who, what })
  const withheld = new Map<string, DiagnosedEvent>()

  const client = new AuthenticatedClient({
    ...clientOptions,
    fetch: observedFetch({
      expected,
      tokenEndpoint: servers.tokenEndpoint,
      now: () => (options.clock ?? Date).now(),
      said: (url) => withheld.get(url),
      tell: say,
    }),
    onEvent: (event: ClientEvent) => {
      if (event.type === 'credentials-withheld') withheld.set(event.url, event)
      say(event)
      if (event.type === 'refresh-ended' && event.error) say({ type: 'diagnosed', of: 'The refresh', diagnosis: diagnose({ event }) })
    },
  })

  let calls = 0
  return {
    client,
    async call(url, init) {
      const call = calls++
      say({ type: 'called', call, method: init?.method ?? 'GET', path: pathOf(url) })
      const outcome = await client.fetch(url, init).then(({ status }) => status, nameOf)
      say({ type: 'settled', call, outcome })
      return outcome
    },
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : String(error)
}
