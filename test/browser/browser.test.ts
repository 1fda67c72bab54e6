import { AuthenticatedClient, type AuthenticatedClientOptions, type TokenSet, webStorageStore } from 'authenticated-client'
import { afterEach, describe, expect, inject, it, vi } from 'vitest'

// What only a browser shows: other origins, hidden headers, a cache, tabs.
const loopback = inject('loopback')
const clients: AuthenticatedClient[] = []
const frames: HTMLIFrameElement[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.dispose()
  for (const frame of frames.splice(0)) frame.remove()
  localStorage.clear()
})

describe('a call to another origin', () => {
  it('survives a 401 whose challenge the browser hides (F65)', async () => {
    const world = newWorld()
    const client = signedIn(world)
    const bare = await fetch(`${world}/me`)

    const response = await client.fetch(`${world}/me`)

    expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, null])
    expect([response.status, await response.json()]).toEqual([200, { generation: 1 }])
    expect(await counters(world)).toMatchObject({ refreshes: 1, refused: 0 })
  })

  it('returns a 401 whose exposed challenge says that no refresh would help (F66)', async () => {
    const world = newWorld()
    const client = signedIn(world)

    const response = await client.fetch(`${world}/me?error=invalid_request&exposed`)

    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, expect.stringContaining('invalid_request')])
    expect(await counters(world)).toMatchObject({ calls: 1, refreshes: 0 })
  })

  it('asks every cache on the way to stand aside for the replay, and for it alone (rule 14)', async () => {
    const world = newWorld()
    const client = signedIn(world)

    const response = await client.fetch(`${world}/me`)

    expect(response.status).toBe(200)
    expect(await counters(world)).toMatchObject({ calls: 2, pastCaches: 1 })
  })

  it('shares one refresh among fifty calls (F61)', async () => {
    const world = newWorld()
    const client = signedIn(world)

    const responses = await Promise.all(Array.from({ length: 50 }, () => client.fetch(`${world}/me`)))

    expect(responses.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(await counters(world)).toMatchObject({ refreshes: 1, refused: 0 })
  })

  it('sends a Request with its body again', async () => {
    const world = newWorld()
    const client = signedIn(world)
    const request = new Request(`${world}/me`, { method: 'POST', body: new Blob(['{}'], { type: 'application/json' }) })

    const response = await client.fetch(request)

    expect(response.status).toBe(200)
  })

  it('carries no token to an origin that was not allowed (A1)', async () => {
    const world = newWorld()
    const client = signedIn(world, { allowedOrigins: ['https://api.example.com'] })

    const response = await client.fetch(`${world}/me`)

    expect(response.status).toBe(401)
    expect(await counters(world)).toMatchObject({ calls: 1, withheld: 1, refreshes: 0 })
  })

  it('rejects with the reason of the caller who aborts', async () => {
    const world = newWorld()
    const client = signedIn(world)
    const reason = new Error('the page moved on')
    const abort = new AbortController()

    const call = client.fetch(`${world}/me`, { signal: abort.signal })
    abort.abort(reason)

    await expect(call).rejects.toBe(reason)
  })
})

describe("the browser's own fetch", () => {
  it('is never called detached from its owner ("Illegal invocation")', async () => {
    const world = newWorld()
    const { fetch } = signedIn(world)
    const anotherWorld = newWorld()
    const given = signedIn(anotherWorld, { fetch: window.fetch }).fetch

    expect((await fetch(`${world}/me`)).status).toBe(200)
    expect((await given(`${anotherWorld}/me`)).status).toBe(200)
  })

  it('may be replaced by the client: it is not called by itself, nor on anything else (F104)', async () => {
    const world = newWorld()
    const before = window.fetch
    window.fetch = signedIn(world).fetch

    try {
      expect((await window.fetch(`${world}/me`)).status).toBe(200)
    } finally {
      window.fetch = before
    }
  })

  it('is looked up at each call, so that a later wrapper counts (F105)', async () => {
    const world = newWorld()
    const client = signedIn(world)
    const wrapper = vi.spyOn(window, 'fetch')

    await client.fetch(`${world}/me`)

    expect(wrapper.mock.calls.map(([input]) => String(input))).toEqual([`${world}/me`, `${world}/token`, `${world}/me`])
    wrapper.mockRestore()
  })
})

describe('two realms of one origin on one localStorage', () => {
  it('share one refresh through Web Locks', async () => {
    const world = newWorld()
    const store = newName()
    const client = new AuthenticatedClient({ ...options(world), store: webStorageStore(store) })
    clients.push(client)
    await client.setTokens(firstTokens())
    const other = await openRealm(world, store)

    const calls = [client, other].flatMap((each) => Array.from({ length: 10 }, () => each.fetch(`${world}/me`)))
    const held = await vi.waitUntil(heldLocks)
    const statuses = (await Promise.all(calls)).map(({ status }) => status)

    expect(client.coordination).toBe('browser')
    expect(held).toEqual([expect.stringMatching(/^authenticated-client:/)])
    expect(statuses).toEqual(Array(20).fill(200))
    expect(await counters(world)).toMatchObject({ refreshes: 1, refused: 0 })
  })

  it('see at once that the other signed out', async () => {
    const world = newWorld()
    const store = newName()
    const reasons: string[] = []
    const onLogout = ({ reason }: { reason: string }): void => void reasons.push(reason)
    const client = new AuthenticatedClient({ ...options(world), store: webStorageStore(store), onLogout })
    clients.push(client)
    await client.setTokens(firstTokens())
    const other = await openRealm(world, store)
    expect(await other.getAccessToken()).toBe('access-stale')

    await other.logout()

    await vi.waitFor(() => expect(client.state).toEqual({ status: 'ended', reason: 'ended_elsewhere' }))
    expect(reasons).toEqual(['ended_elsewhere'])
  })
})

function newWorld(): string {
  return `${loopback}/${newName()}`
}

function newName(): string {
  return crypto.randomUUID()
}

/** The access token is one that the API never issued; the refresh token is good. */
function firstTokens(): TokenSet {
  return { accessToken: 'access-stale', refreshToken: 'refresh-0' }
}

function options(world: string): AuthenticatedClientOptions {
  return { tokenEndpoint: `${world}/token`, clientId: 'page', allowedOrigins: [loopback] }
}

function signedIn(world: string, more: AuthenticatedClientOptions = {}): AuthenticatedClient {
  let tokens: TokenSet | null = firstTokens()
  const client = new AuthenticatedClient({
    ...options(world),
    getTokens: () => tokens,
    saveTokens: (next) => {
      tokens = next
    },
    ...more,
  })
  clients.push(client)
  return client
}

/** A client with modules, storage events and a window of its own, as in another tab. */
async function openRealm(world: string, store: string): Promise<AuthenticatedClient> {
  const frame = document.createElement('iframe')
  const ready = new Promise((resolve) => Object.assign(window, { realmIsReady: resolve }))
  frame.srcdoc = `<script type="module">
    import { AuthenticatedClient, webStorageStore } from '${new URL('/src/index.ts', location.href).href}'
    window.client = new AuthenticatedClient({ ...${JSON.stringify(options(world))}, store: webStorageStore('${store}') })
    parent.realmIsReady()
  </script>`
  frames.push(frame)
  document.body.append(frame)
  await ready
  const { client } = frame.contentWindow as unknown as { client: AuthenticatedClient }
  clients.push(client)
  return client
}

async function heldLocks(): Promise<readonly string[] | undefined> {
  const { held = [] } = await navigator.locks.query()
  return held.length ? held.map(({ name = '' }) => name) : undefined
}

async function counters(world: string): Promise<unknown> {
  return (await fetch(`${world}/counters`)).json()
}
