// Vue: a shallow ref that follows the session until its scope is disposed of. In a component it starts to follow when that is mounted:
// server rendering neither mounts components nor disposes of their scopes, so it would listen for ever.
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
