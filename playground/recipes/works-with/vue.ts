// Vue: a shallow ref that follows the session, for as long as the scope lives that asked for it. A component's follows once it is mounted:
// a server that renders it mounts nothing and ends no scope, and would listen for ever.
import type { AuthenticatedClient, SessionState } from 'authenticated-client'
import { getCurrentInstance, onMounted, onScopeDispose, type ShallowRef, shallowReadonly, shallowRef } from 'vue'

export function useSession(client: AuthenticatedClient): Readonly<ShallowRef<SessionState>> {
  const session = shallowRef(client.state)
  let stop: (() => void) | undefined
  const show = (): void => {
    session.value = client.state
  }
  const follow = (): void => {
    stop = client.subscribe(show)
    show()
  }
  if (getCurrentInstance()) onMounted(follow)
  else follow()
  onScopeDispose(() => stop?.())
  return shallowReadonly(session)
}
