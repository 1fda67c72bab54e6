// React: the session is an external store. StrictMode mounts twice and subscribes twice; there is one client, made outside of components.
import type { AuthenticatedClient, SessionState } from 'authenticated-client'
import { type ReactNode, useSyncExternalStore } from 'react'

export function useSession(client: AuthenticatedClient): SessionState {
  return useSyncExternalStore(client.subscribe, () => client.state)
}

export function Greeting({ client }: { readonly client: AuthenticatedClient }): ReactNode {
  const session = useSession(client)
  switch (session.status) {
    case 'restoring':
      return <p>One moment …</p>
    case 'authenticated':
      return (
        <button type="button" onClick={() => client.logout()}>
          Sign out
        </button>
      )
    default:
      return <p>Please sign in</p>
  }
}
