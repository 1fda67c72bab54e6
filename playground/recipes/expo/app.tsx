// What the screen shows follows the session. An app that comes back after an hour in the background has an expired token: by asking for the
// token at once, it has a new one before the first screen needs it. Without a network that fails, and the session stays.
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
    return <View>{/* Your app, offline too: a session that can't be refreshed now is not over. */}</View>
  return <Text>Sign in</Text>
}
