// React: the session is an external store. StrictMode mounts and subscribes twice, but the client is made once, outside of components.
import type { AuthenticatedClient, SessionState } from 'authenticated-client'
import { type ReactNode, useEffect, useSyncExternalStore } from 'react'
import { client } from './react-client'

export function App(): ReactNode {
  return <Greeting client={client} />
}

// What a server renders, and the page shows until it is hydrated: nobody has read the store yet.
const restoring: SessionState = { status: 'restoring' }

export function useSession(client: AuthenticatedClient): SessionState {
  return useSyncExternalStore(
    client.subscribe,
    () => client.state,
    () => restoring,
  )
}

let hasFinished = false

/**
 * For the page that the login leads back to: calls `finishSignIn` of sign-in.ts once, though StrictMode runs effects twice. A code can be
 * redeemed only once.
 * @param onError such as a refusal of the code, which only a new sign-in cures. Pass functions that stay the same.
 */
export function useFinishSignIn(finish: () => Promise<void>, onError: (error: unknown) => void): void {
  useEffect(() => {
    if (hasFinished) return
    hasFinished = true
    finish().catch(onError)
  }, [finish, onError])
}

export function Greeting({ client }: { readonly client: AuthenticatedClient }): ReactNode {
  const session = useSession(client)
  switch (session.status) {
    case 'restoring':
      return <p>One moment …</p>
    case 'authenticated':
      return (
        <button type="button" onClick={() => client.logout().catch(reportError)}>
          Sign out
        </button>
      )
    default:
      return <p>Please sign in</p>
  }
}
