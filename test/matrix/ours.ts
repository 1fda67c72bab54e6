import { AuthenticatedClient, type AuthenticatedClientOptions } from 'authenticated-client'
import type { Contestant } from './run.ts'

/** This package, as its README begins. Signed out: `onLogout` was called. */
export function ours(options: AuthenticatedClientOptions = {}): Contestant {
  return {
    name: 'authenticated-client',
    async start({ tokenEndpoint, api, signIn }, expiresAt) {
      let isSignedOut = false
      const client = new AuthenticatedClient({
        tokenEndpoint,
        clientId: 'web',
        allowedOrigins: [new URL(api).origin],
        onLogout: () => {
          isSignedOut = true
        },
        ...options,
      })
      await client.setTokens({ ...signIn(), expiresAt })
      return {
        call: async () => (await client.fetch(api)).status,
        isSignedOut: () => isSignedOut,
        stop: () => client.dispose(),
      }
    },
  }
}
