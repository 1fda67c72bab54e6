// Vue: a shallow ref that follows the session, for as long as the scope lives that asked for it.
import type { AuthenticatedClient, SessionState } from 'authenticated-client'
import { onScopeDispose, type ShallowRef, shallowReadonly, shallowRef } from 'vue'

export function useSession(client: AuthenticatedClient): Readonly<ShallowRef<SessionState>> {
  const session = shallowRef(client.state)
  const stop = client.subscribe(() => {
    session.value = client.state
  })
  onScopeDispose(stop)
  return shallowReadonly(session)
}
