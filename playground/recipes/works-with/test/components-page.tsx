import { AuthenticatedClient, type TokenSet } from 'authenticated-client'
import { StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { createApp, defineComponent, h } from 'vue'
import { Greeting, useSession } from '../react'
import { useSession as useSessionInVue } from '../vue'

declare global {
  interface Window {
    signIn(tokens: TokenSet): Promise<void>
  }
}

const query = new URLSearchParams(location.search)
const shop = query.get('shop') ?? ''
const client = new AuthenticatedClient({ tokenEndpoint: `${query.get('login')}/token`, clientId: 'web', allowedOrigins: [shop] })
window.signIn = client.setTokens

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
