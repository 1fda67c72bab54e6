import { AuthenticatedClient, type TokenSet } from 'authenticated-client'
import { StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { createApp, defineComponent, h } from 'vue'
import { Greeting, useFinishSignIn, useSession } from '../react'
import { useSession as useSessionInVue } from '../vue'

declare global {
  interface Window {
    signIn(tokens: TokenSet): void
    readonly sessions: Set<string | undefined>
    readonly failures: unknown[]
  }
}

const query = new URLSearchParams(location.search)
const shop = query.get('shop') ?? ''
const sessions = new Set<string | undefined>()
const failures: unknown[] = []
const client = new AuthenticatedClient({
  tokenEndpoint: `${query.get('login')}/token`,
  clientId: 'web',
  allowedOrigins: [shop],
  onEvent(event) {
    if (event.type === 'session-changed' && event.state.status === 'authenticated') sessions.add(event.state.sessionId)
  },
})
Object.assign(window, { signIn, sessions, failures })

/** The page that the login leads back to. */
function signIn(tokens: TokenSet): void {
  const Callback = () => {
    useFinishSignIn(
      () => client.setTokens(tokens),
      (error) => failures.push(error),
    )
    return null
  }
  createRoot(document.createElement('div')).render(
    <StrictMode>
      <Callback />
    </StrictMode>,
  )
}

function App() {
  const { status } = useSession(client)
  // StrictMode runs this twice.
  useEffect(() => {
    if (status !== 'authenticated') return
    const controller = new AbortController()
    client.fetch(`${shop}/me`, { signal: controller.signal }).catch(() => {})
    return () => controller.abort()
  }, [status])
  return <Greeting client={client} />
}

createRoot(document.querySelector('#react') as Element).render(
  <StrictMode>
    <App />
  </StrictMode>,
)

const status = defineComponent(() => {
  const session = useSessionInVue(client)
  return () => h('p', session.value.status)
})
createApp(status).mount('#vue')
