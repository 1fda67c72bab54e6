// A gateway that calls a service for a user: the user's token is exchanged for one that only that service takes (RFC 8693). If the service
// refuses that one, the client exchanges again, with the token that the user has by then. Before each call the gateway checks that the
// user is still signed in: it acts for nobody who has signed out, and never uses one user's exchanged token for the next user.
import { AuthenticatedClient, clientSecretBasic, SessionChangedError } from 'authenticated-client'
import { tokenExchangeGrant } from 'authenticated-client/token-exchange'

export interface ServiceOptions {
  readonly tokenEndpoint: string
  readonly secret: string
  readonly baseUrl: string
}

/** The service's `fetch` for one user. Rejects with a `SessionEndedError` while they are signed out. */
export function onBehalfOf(user: AuthenticatedClient, { tokenEndpoint, secret, baseUrl }: ServiceOptions): typeof globalThis.fetch {
  let service: { readonly client: AuthenticatedClient; readonly session: Session } | undefined
  const userToken = (): Promise<string> => user.getAccessToken({ minValidity: 10_000 })

  const clientFor = (session: Session): AuthenticatedClient =>
    new AuthenticatedClient({
      baseUrl,
      grant: tokenExchangeGrant({
        tokenEndpoint,
        clientId: 'gateway',
        clientAuthentication: clientSecretBasic(secret),
        async subjectToken() {
          const token = await userToken()
          if (sessionOf(user) !== session) throw new SessionChangedError() // The call began for the user before.
          return token
        },
        audience: 'billing',
      }),
    })

  return async (input, init) => {
    await userToken() // Rejects if the user has signed out.
    const session = sessionOf(user)
    if (service?.session !== session) {
      service?.client.dispose()
      service = undefined
    }
    service ??= { client: clientFor(session), session }
    return service.client.fetch(input, init)
  }
}

type Session = string | number | undefined

/** Which session it is. Without an id (a store may keep none) every change of the tokens counts as a new one: it may be another user's. */
function sessionOf({ state }: AuthenticatedClient): Session {
  return state.status === 'authenticated' ? (state.sessionId ?? state.generation) : undefined
}
