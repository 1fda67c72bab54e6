import {
  AuthenticatedClient,
  type AuthenticatedClientOptions,
  asyncStorageStore,
  clientCredentialsGrant,
  clientSecretBasic,
  cookieSession,
  memoryStore,
  webStorageStore,
} from 'authenticated-client'
import { digest } from 'authenticated-client/digest'
import { dpop } from 'authenticated-client/dpop'
import { indexedDbStore } from 'authenticated-client/indexed-db'
import { expect, it, onTestFinished, vi } from 'vitest'

const wire = { tokenEndpoint: 'https://login.example.com/token', clientId: 'web' }
const storage = { getItem: () => null, setItem: () => {}, removeItem: () => {} }

// What Cloudflare forbids outside of a request.
it.each<[string, () => AuthenticatedClientOptions]>([
  ['a service', () => ({ grant: clientCredentialsGrant({ ...wire, clientAuthentication: clientSecretBasic('s') }) })],
  ['callbacks', () => ({ ...wire, getTokens: () => null, saveTokens: () => {} })],
  ['memory', () => ({ ...wire, store: memoryStore() })],
  ['web storage, with DPoP', () => ({ ...wire, store: webStorageStore('app', { storage }), scheme: dpop() })],
  ['IndexedDB, with cookies', () => ({ ...wire, store: indexedDbStore('app'), scheme: cookieSession() })],
  [
    'AsyncStorage, with Digest',
    () => ({ ...wire, store: asyncStorageStore('app', storage as never), scheme: digest({ username: 'u', password: 'p' }) }),
  ],
])(
  'a client on %s may be made where neither chance, timers, aborts nor requests are allowed: at the top of a Worker',
  async (_, options) => {
    const used: string[] = []
    for (const name of ['AbortController', 'setTimeout', 'fetch'] as const) {
      const original = globalThis[name] as never
      vi.stubGlobal(name, new Proxy(original, { apply: forbidden(name), construct: forbidden(name) }))
    }
    for (const name of ['getRandomValues', 'randomUUID'] as const) vi.spyOn(crypto, name).mockImplementation(forbidden(name))
    vi.spyOn(Math, 'random').mockImplementation(forbidden('Math.random'))
    onTestFinished(() => {
      vi.unstubAllGlobals()
      vi.restoreAllMocks()
    })
    function forbidden(name: string): () => never {
      return () => {
        used.push(name)
        throw new Error(`Disallowed operation called within global scope: ${name}`)
      }
    }

    new AuthenticatedClient({ baseUrl: 'https://api.example.com', ...options() })

    expect(used).toEqual([])
  },
)
