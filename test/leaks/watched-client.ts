import type { AuthenticatedClientOptions, ClientEvent, StoredSession } from '../../src/index.ts'
import { AuthenticatedClient as Client } from '../../src/index.ts'
import { scanner } from './scanner-of-this-run.ts'

/**
 * The client as every test in Node gets it: what goes through it teaches the scanner the run's secrets, and what it tells, the events,
 * errors and states, is shown to the scanner. It behaves as the client does.
 */
export class AuthenticatedClient extends Client {
  constructor(options: AuthenticatedClientOptions) {
    super(watched(options))
    const { setTokens, getAccessToken, fetch, refresh, logout } = this
    const own: Partial<Record<keyof Client, unknown>> = {
      setTokens: (tokens: StoredSession) => {
        scanner.learn(tokens)
        return heard(setTokens(tokens))
      },
      getAccessToken: (...given: Parameters<typeof getAccessToken>) => heard(getAccessToken(...given)),
      fetch: (...given: Parameters<typeof fetch>) => heard(fetch(...given)),
      refresh: (...given: Parameters<typeof refresh>) => heard(refresh(...given)),
      logout: () => heard(logout()),
    }
    Object.assign(this, own)
  }
}

function watched(options: AuthenticatedClientOptions): AuthenticatedClientOptions {
  const { onEvent, onLogout, saveTokens, fetch } = Object(options) as AuthenticatedClientOptions
  return {
    ...options,
    ...(typeof onEvent === 'function' && {
      onEvent: Object.assign(
        (event: ClientEvent) => {
          scanner.look(`the event ${event.type}`, event)
          return onEvent(event)
        },
        { inspect: onEvent.inspect },
      ),
    }),
    ...(typeof onLogout === 'function' && {
      onLogout: (event) => {
        scanner.look('onLogout', event)
        return onLogout(event)
      },
    }),
    ...(typeof saveTokens === 'function' && {
      saveTokens: (next, previous) => {
        scanner.learn(next)
        scanner.learn(previous)
        return saveTokens(next, previous)
      },
    }),
    ...(typeof fetch === 'function' && {
      fetch: (input, init) => {
        learnFrom(init)
        return fetch(input, init)
      },
    }),
  }
}

/** What a request carries: the token after the scheme's name, and a form's secrets. */
function learnFrom(init: RequestInit | undefined): void {
  const authorization = init?.headers && new Headers(init.headers).get('authorization')
  scanner.learn({ accessToken: /^(?:Bearer|DPoP) (.+)$/i.exec(authorization || '')?.[1] })
  if (typeof init?.body === 'string') scanner.learn(Object.fromEntries(new URLSearchParams(init.body)))
}

function heard<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch((error: unknown) => scanner.look('an error', error))
  return promise
}
