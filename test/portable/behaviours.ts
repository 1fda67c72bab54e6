import {
  AuthenticatedClient,
  type AuthenticatedClientOptions,
  clientCredentialsGrant,
  clientSecretBasic,
  memoryStore,
  parseChallenges,
  type TokenSet,
} from 'authenticated-client'
import { realSleep } from '../support/real-sleep'

/** What a platform can't do, by its own specification or lack of one: told by the runner, never sniffed. */
export interface Platform {
  /** Where the server is: `http://127.0.0.1:<port>`. */
  readonly origin: string
  /** The same server under another origin. */
  readonly otherOrigin: string
  /** Redirects are followed, and Authorization on the way, as the platform likes: React Native. */
  readonly followsAnything?: boolean
}

export interface Outcome {
  readonly passed: readonly string[]
  readonly failed: readonly { readonly title: string; readonly error: string }[]
}

type Behaviour = (world: World) => Promise<void>

/** One suite for every runtime: the main job, with nothing but the package and a loopback server. */
export const behaviours: Readonly<Record<string, Behaviour>> = {
  async 'shares one refresh among twenty calls (F61)'({ client, url, counters }) {
    const responses = await Promise.all(Array.from({ length: 20 }, () => client.fetch(url('me'))))

    same(
      responses.map(({ status }) => status),
      Array(20).fill(200),
    )
    same(await counters('refreshes', 'rejected'), [1, 0])
  },

  async 'refreshes on a 401 without a challenge (F65)'({ client, url, counters }) {
    same((await client.fetch(url('me?error=none'))).status, 200)
    same(await counters('refreshes'), [1])
  },

  async 'does not refresh for invalid_request (F66)'({ client, url, counters }) {
    const response = await client.fetch(url('me?error=invalid_request'))

    same([response.status, response.headers.get('www-authenticate')?.includes('invalid_request')], [401, true])
    same(await counters('calls', 'refreshes'), [1, 0])
  },

  async 'hands back a 403'({ client, url, counters }) {
    same((await client.fetch(url('me?status=403&error=insufficient_scope'))).status, 403)
    same(await counters('calls', 'refreshes'), [1, 0])
  },

  async 'sends twice at most (F62)'({ client, url, counters }) {
    const response = await client.fetch(url('me?always'))

    same([response.status, await response.json()], [401, { error: 'refused' }])
    same(await counters('calls', 'refreshes'), [2, 1])
  },

  async 'sends a string again (F83)'({ client, url }) {
    same(await echoed(client.fetch(url('echo'), { method: 'POST', body: 'a string' })), ['POST', 'a string'])
  },

  async 'sends URLSearchParams again, with their type (F83)'({ client, url }) {
    const response = await client.fetch(url('echo'), { method: 'POST', body: new URLSearchParams({ a: '1 2', b: 'x&y' }) })

    const { body, type } = (await response.json()) as Echo
    same([body.replace('%20', '+'), String(type).split(';')[0]], ['a=1+2&b=x%26y', 'application/x-www-form-urlencoded'])
  },

  async 'sends bytes again, as they were (F84)'({ client, url }) {
    const bytes = new Uint8Array([104, 105])
    const call = client.fetch(url('echo'), { method: 'PUT', body: bytes })
    bytes[0] = 0

    same(await echoed(call), ['PUT', 'hi'])
  },

  async 'sends a Blob again (F83)'({ client, url }) {
    same(await echoed(client.fetch(url('echo'), { method: 'POST', body: new Blob(['a blob']) })), ['POST', 'a blob'])
  },

  async 'sends FormData again (F83)'({ client, url }) {
    const form = new FormData()
    form.append('field', 'value')

    const [, body] = await echoed(client.fetch(url('echo'), { method: 'POST', body: form }))

    same([/name="field"/.test(body), /\r\n\r\nvalue\r\n/.test(body)], [true, true])
  },

  async 'sends a Request with its body again (F87)'({ client, url }) {
    same(await echoed(client.fetch(new Request(url('echo'), { method: 'POST', body: 'in a request' }))), ['POST', 'in a request'])
  },

  async 'keeps the headers that the caller set, in every form'({ client, url }) {
    for (const headers of [{ 'Content-Type': 'text/x' }, [['content-type', 'text/x']], new Headers({ 'CONTENT-TYPE': 'text/x' })]) {
      const response = await client.fetch(url('echo'), { method: 'POST', body: 'x', headers: headers as HeadersInit })
      same(((await response.json()) as Echo).type, 'text/x')
    }
  },

  async 'resolves relative inputs against baseUrl'({ make, url }) {
    const { client } = make({ baseUrl: url('') })

    const response = await client.fetch('me')

    same(((await response.json()) as Echo).action, 'me')
  },

  async 'carries no token to an origin that was not allowed (A1)'({ make, url, counters, platform }) {
    const { client } = make({ allowedOrigins: ['https://api.example.com'] })

    same((await client.fetch(url('me'))).status, 401)
    same((await client.fetch(url('me').replace(platform.origin, platform.otherOrigin))).status, 401)
    same(await counters('calls', 'bare', 'refreshes'), [2, 2, 0])
  },

  async "never takes another origin's word for a 401 (F75, A14)"({ client, url, counters, platform }) {
    await client.refresh()
    const there = encodeURIComponent(url('me?always').replace(platform.origin, platform.otherOrigin))

    const response = await client.fetch(url(`redirect?to=${there}`))

    same(response.status, 401)
    same(await counters('refreshes'), [1])
    if (!platform.followsAnything) same(await counters('bare'), [1])
  },

  async 'leaves a call whose Authorization the caller set alone (A57)'({ client, url, counters }) {
    same((await client.fetch(url('me'), { headers: { authorization: 'Bearer mine' } })).status, 401)
    same(await counters('calls', 'refreshes'), [1, 0])
  },

  async 'rejects the caller who aborts, and keeps the refresh (F93)'({ client, url, counters }) {
    const controller = new AbortController()
    const aborted = client.fetch(url('me'), { signal: controller.signal }).then(
      () => 'no error',
      (error: unknown) => Object(error).name,
    )
    const stays = client.fetch(url('me'))
    controller.abort()

    same([await aborted, (await stays).status], ['AbortError', 200])
    same(await counters('refreshes'), [1])
  },

  async 'keeps the session through an outage, and recovers (F5)'({ client, url, counters, control, logouts, clock }) {
    await control('outage?status=503&times=1')

    same(await nameOf(client.fetch(url('me'))), 'RefreshUnavailableError')
    same(await nameOf(client.fetch(url('me'))), 'RefreshUnavailableError')
    same(await counters('tokenRequests'), [1])
    clock.jump(600_000)

    same((await client.fetch(url('me'))).status, 200)
    same(logouts, [])
  },

  async 'ends the session once when the refresh token is refused (F10)'({ client, url, control, logouts }) {
    await control('end')

    const responses = await Promise.all(Array.from({ length: 5 }, () => client.fetch(url('me'))))
    await turn()

    same(
      responses.map(({ status }) => status),
      Array(5).fill(401),
    )
    same(logouts, ['refresh_rejected'])
    same(client.state, { status: 'ended', reason: 'refresh_rejected' })
  },

  async 'signs out, and revokes in the background'({ client, url, counters, logouts }) {
    await client.getAccessToken()
    await client.logout()
    await until(async () => (await counters('revocations'))[0] === 1)

    same((await client.fetch(url('me'))).status, 401)
    same(await counters('bare'), [1])
    same(logouts, ['signed_out'])
  },

  async 'refreshes a token that is past its expiry before it is sent'({ make, url, counters }) {
    const { client } = make({ expiresAt: 1 })

    same((await client.fetch(url('me'))).status, 200)
    same(await counters('calls', 'refreshes'), [1, 1])
  },

  async 'never sends a token that breaks the grammar (A34)'({ make, url, counters }) {
    const { client } = make({ accessToken: 'bad\r\nX-Injected: 1', refreshToken: undefined })

    same((await client.fetch(url('me'))).status, 401)
    same(await counters('bare'), [1])
  },

  async 'gets a token for a service before its first call (RFC 6749 §4.4)'({ world, platform, url, counters }) {
    const client = new AuthenticatedClient({
      baseUrl: platform.origin,
      grant: clientCredentialsGrant({
        tokenEndpoint: `${world}/token`,
        clientId: 'service',
        clientAuthentication: clientSecretBasic('s:cret'),
      }),
    })

    const responses = await Promise.all([client.fetch(url('me')), client.fetch(url('me'))])
    client.dispose()

    same(
      responses.map(({ status }) => status),
      [200, 200],
    )
    same(await counters('tokenRequests', 'calls'), [1, 2])
  },

  async 'shares one session and one refresh between clients of one store'({ make, url, counters }) {
    const store = memoryStore({ accessToken: 'stale', refreshToken: 'refresh-0', sessionId: 'one' })
    const [one, other] = [make({ store }).client, make({ store }).client]

    const responses = await Promise.all([one, other, one, other].map((client) => client.fetch(url('me'))))

    same(
      responses.map(({ status }) => status),
      Array(4).fill(200),
    )
    same(await counters('refreshes', 'rejected'), [1, 0])
  },

  async 'tells subscribers of every change'({ client, url }) {
    const seen: string[] = []
    const stop = client.subscribe(() => seen.push(client.state.status))
    await client.fetch(url('me'))
    await client.logout()
    await turn()
    stop()

    same([seen[0], seen[seen.length - 1]], ['authenticated', 'ended'])
  },

  async 'passes network errors through'({ client }) {
    const nobody = 'http://127.0.0.1:9/'

    same(await nameOf(client.fetch(nobody)), await nameOf(fetch(nobody)))
  },

  async 'reads challenges (RFC 9110 §11.6.1)'() {
    const [negotiate, bearer] = parseChallenges('Negotiate, Bearer realm="a, b=\\"c\\"", error=invalid_token')

    same([negotiate?.scheme, bearer?.scheme, { ...bearer?.params }], ['Negotiate', 'Bearer', { realm: 'a, b="c"', error: 'invalid_token' }])
  },
}

/** Runs all of them, one after the other, and never throws. */
export async function runBehaviours(platform: Platform): Promise<Outcome> {
  const passed: string[] = []
  const failed: { title: string; error: string }[] = []
  for (const [title, behaviour] of Object.entries(behaviours)) {
    const world = newWorld(platform)
    try {
      await behaviour(world)
      passed.push(title)
    } catch (error) {
      failed.push({ title, error: String(Object(error).stack ?? error) })
    }
    world.close()
  }
  return { passed, failed }
}

interface Echo {
  readonly method: string
  readonly body: string
  readonly type?: string
  readonly action: string
}

interface World {
  readonly platform: Platform
  /** The base of its own paths on the server. */
  readonly world: string
  /** Signed in with an access token that the API does not take, and a refresh token that is good. */
  readonly client: AuthenticatedClient
  readonly logouts: readonly string[]
  readonly clock: { jump(ms: number): void }
  url(path: string): string
  make(options: AuthenticatedClientOptions & Partial<TokenSet>): { readonly client: AuthenticatedClient }
  counters(...names: readonly string[]): Promise<readonly number[]>
  control(path: string): Promise<void>
  close(): void
}

function newWorld(platform: Platform): World {
  const world = `${platform.origin}/${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`
  const clients: AuthenticatedClient[] = []
  const logouts: string[] = []
  let shift = 0

  const make: World['make'] = ({ accessToken = 'stale', refreshToken, expiresAt, ...options }) => {
    let tokens: TokenSet | null = { accessToken, refreshToken: 'refreshToken' in options ? refreshToken : 'refresh-0', expiresAt }
    if (accessToken !== 'stale') tokens = { accessToken }
    const client = new AuthenticatedClient({
      tokenEndpoint: `${world}/token`,
      revocationEndpoint: `${world}/revoke`,
      clientId: 'app',
      ...(options.baseUrl ? {} : { allowedOrigins: [platform.origin] }),
      ...(options.store
        ? {}
        : {
            getTokens: () => tokens,
            saveTokens: (next: TokenSet) => {
              tokens = next
            },
            clearTokens: () => {
              tokens = null
            },
          }),
      onLogout: ({ reason }) => logouts.push(reason),
      clock: {
        now: () => Date.now() + shift,
        random: Math.random,
        sleep: realSleep,
      },
      ...options,
    })
    clients.push(client)
    return { client }
  }

  return {
    platform,
    world,
    ...make({}),
    logouts,
    clock: {
      jump: (ms) => {
        shift += ms
      },
    },
    url: (path) => `${world}/${path}`,
    make,
    async counters(...names) {
      const all = (await (await fetch(`${world}/counters`)).json()) as Record<string, number>
      return names.map((name) => all[name] ?? Number.NaN)
    },
    async control(path) {
      await fetch(`${world}/${path}`)
    },
    close: () => {
      for (const client of clients) client.dispose()
    },
  }
}

async function echoed(call: Promise<Response>): Promise<readonly [method: string, body: string]> {
  const response = await call
  const { method, body } = (await response.json()) as Echo
  return [method, body]
}

async function nameOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'no error',
    (error: unknown) => String(Object(error).name),
  )
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 100; look++) {
    if (await holds()) return
    await turn()
  }
  throw new Error('It never came to hold')
}

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10))
}

function same(actual: unknown, expected: unknown): void {
  const [one, other] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (one !== other) throw new Error(`Expected ${other}, got ${one}`)
}
