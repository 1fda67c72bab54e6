// A gateway that calls a service for a user: the user's token is exchanged for one that only that service takes (RFC 8693). The exchange is
// made again when the service refuses the token, with the user's token of then. What was exchanged is good while the user's session is:
// that is asked before each call, so who signed out is not acted for, and who signs in next gets an exchange of their own.
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
          if (sessionOf(user) !== session) throw new SessionChangedError() // A call begun for the one before.
          return token
        },
        audience: 'billing',
      }),
    })

  return async (input, init) => {
    await userToken()
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

/** Where a store keeps no id, each change of the tokens may be another user's. */
function sessionOf({ state }: AuthenticatedClient): Session {
  return state.status === 'authenticated' ? (state.sessionId ?? state.generation) : undefined
}
