// What the screen shows follows the session. An app that was in the background for an hour comes back with a spent token: asked for at
// once, the new one is there before the first screen needs it. Without a network that fails, and the session stays.
import { useEffect, useSyncExternalStore } from 'react'
import { AppState, Text, View } from 'react-native'
import { client } from './client'

export function App() {
  const session = useSyncExternalStore(client.subscribe, () => client.state)
  useEffect(() => {
    const listening = AppState.addEventListener('change', (state) => {
      if (state === 'active' && client.state.status === 'authenticated') client.getAccessToken().catch(() => {})
    })
    return () => listening.remove()
  }, [])

  if (session.status === 'restoring') return <Text>…</Text>
  if (session.status === 'authenticated')
    return <View>{/* The app. Offline, too: a session that can't be refreshed now is not over. */}</View>
  return <Text>Sign in</Text>
}
