// React: the session is an external store. StrictMode mounts twice and subscribes twice; there is one client, made outside of components.
import type { AuthenticatedClient, SessionState } from 'authenticated-client'
import { type ReactNode, useEffect, useSyncExternalStore } from 'react'
import { client } from './react-client'

export function App(): ReactNode {
  return <Greeting client={client} />
}

// What a server renders, and the page until it has taken over: nobody has looked into the store yet.
const restoring: SessionState = { status: 'restoring' }

export function useSession(client: AuthenticatedClient): SessionState {
  return useSyncExternalStore(
    client.subscribe,
    () => client.state,
    () => restoring,
  )
}

let hasReturned = false

/**
 * For the page that the login leads back to (sign-in.ts). StrictMode runs an effect twice, and the same tokens given to `setTokens` twice
 * are two sessions.
 */
export function useFinishSignIn(finish: () => Promise<void>): void {
  useEffect(() => {
    if (hasReturned) return
    hasReturned = true
    finish()
  }, [finish])
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
