import { clientCredentialsGrant, clientSecretBasic } from 'authenticated-client'
import { levers } from '../levers'
import type { Cause } from './cause'

/** Why no newer token comes. */
export const refresh: readonly Cause[] = [
  {
    id: 'invalid-grant',
    title: 'invalid_grant',
    how: 'The session was ended at the login server: the refresh is refused, and the session is over.',
    expects: 'refresh-token-rejected',
    run: async (bench) => {
      const tokens = await levers.signIn()
      await Promise.all([levers.refuse(tokens), levers.revoke(tokens)])
      return bench.webApp(tokens).call(bench.api('/me'))
    },
  },
  {
    id: 'invalid-client',
    title: 'invalid_client',
    how: 'A service asks for a token with a secret that is no longer the right one.',
    expects: 'client-rejected',
    run: async (bench) => {
      const { tokenEndpoint, serviceClientId: clientId } = bench.servers
      const grant = clientCredentialsGrant({ tokenEndpoint, clientId, clientAuthentication: clientSecretBasic('the-one-of-last-year') })
      return bench.holder(null, { grant }).call(bench.api('/me'))
    },
  },
  {
    id: 'outage',
    title: 'Login server down',
    how: 'The token was revoked and the login server answers 503: the call is rejected, but the session is kept.',
    expects: 'refresh-unavailable',
    run: async (bench) => {
      const tokens = await levers.signIn()
      await Promise.all([levers.refuse(tokens), levers.outage(true)])
      return bench
        .webApp(tokens)
        .call(bench.api('/me'))
        .finally(() => levers.outage(false))
    },
  },
]
