import {
  AuthenticatedClient,
  clientCredentialsGrant,
  clientSecretBasic,
  type Lock,
  LockTimeoutError,
  type LogoutEvent,
  memoryStore,
  refreshTokenGrant,
  type TokenSet,
  type TokenStore,
} from 'authenticated-client'
import { describe, expect, it, vi } from 'vitest'
import { anonymous, apiOrigin, me, passing, refusedOnce, signedIn, type World } from '../requests/world'
import { api, json, network, openServer, unauthorized } from '../support/authorization-server'
import { quiet } from '../support/clock'
import { deferred } from '../support/deferred'

type Wire = { readonly tokenEndpoint: string; readonly clientId: string }

const files = 'https://files.example.com'
const mail = 'https://mail.example.com'

/** What the token endpoint was asked for, in order: `resource scope`. */
function asked({ login }: Pick<World, 'login'>): Promise<string[]> {
  return Promise.all(
    login.tokenRequests.map(async ({ text }) => {
      const form = new URLSearchParams(await text)
      return [form.get('resource'), form.get('scope')].filter(Boolean).join(' ')
    }),
  )
}

const bearers = ({ requests }: { readonly requests: readonly { readonly headers: Headers }[] }): (string | null)[] =>
  requests.map(({ headers }) => headers.get('authorization'))

async function withResources(options: Parameters<typeof signedIn>[0] = {}) {
  const servers = [openServer(files), openServer(mail)] as const
  const store = memoryStore()
  const logouts: LogoutEvent[] = []
  const world = await signedIn({ servers, store, onLogout: (event) => void logouts.push(event), ...options })
  return { ...world, files: servers[0], mail: servers[1], store, logouts }
}

describe('a client for a resource', () => {
  it("gets a token for that resource and scope, sends it there, and the session's own everywhere else (RFC 8707)", async () => {
    const world = await withResources()
    const child = world.client.forResource({ resource: files, scope: 'read' })

    await child.fetch(`${files}/a`)
    await world.client.fetch(me)
    await child.fetch(me)
    await world.client.fetch(`${files}/b`)

    expect(await asked(world)).toEqual([`${files} read`])
    expect(bearers(world.files)).toEqual(['Bearer access-2', null])
    expect(world.authorizations()).toEqual(['Bearer access-1', null])
  })

  it('keeps to the origins that the client began with, whatever the app makes of its URL object', async () => {
    const baseUrl = new URL(files)
    const world = await withResources({ baseUrl, allowedOrigins: null })
    baseUrl.href = mail

    await world.client.forResource({ resource: 'urn:files' }).fetch('/a')

    expect([bearers(world.files), bearers(world.mail)]).toEqual([['Bearer access-2'], []])
  })

  it('says how the session has ended as the client that made it does', async () => {
    const world = await withResources()
    const child = world.client.forResource({ resource: files })
    await child.fetch(`${files}/a`)

    await child.logout()

    expect([child.state, world.client.state]).toEqual(Array(2).fill({ status: 'ended', reason: 'signed_out' }))
  })

  it('sends nothing to the revocation endpoint, where that is of the same origin (row 1)', async () => {
    const world = await withResources({ revocationEndpoint: `${files}/revoke` })
    const child = world.client.forResource({ resource: files })

    await child.fetch(`${files}/revoke`, { method: 'POST' })
    await child.fetch(`${files}/a`)

    expect(bearers(world.files)).toEqual([null, 'Bearer access-2'])
  })

  it('shares one exchange among calls, and among clients for the same resource and scope', async () => {
    const world = await withResources()
    const one = world.client.forResource({ resource: files })
    const same = world.client.forResource({ resource: new URL(`${files}/`).origin })
    const elsewhere = world.client.forResource({ resource: files, allowedOrigins: [mail] })

    await Promise.all([one.fetch(`${files}/a`), one.fetch(`${files}/b`), elsewhere.fetch(`${mail}/c`)])

    expect(same).toBe(one)
    expect(await asked(world)).toEqual([files])
    expect(bearers(world.mail)).toEqual(['Bearer access-2'])
  })

  it('never sends the token of one resource or scope for another', async () => {
    const world = await withResources()
    const clients = [
      world.client.forResource({ resource: files }),
      world.client.forResource({ resource: files, scope: 'write' }),
      world.client.forResource({ resource: mail }),
    ]

    const tokens = await Promise.all(clients.map((client) => client.getAccessToken()))

    expect(new Set(tokens).size).toBe(3)
    expect([...(await asked(world))].sort()).toEqual([files, `${files} write`, mail])
  })

  it('rotates the one refresh token of the session under its lock, and saves it beside the access token that was there', async () => {
    const world = await withResources()
    const [first, second] = [world.client.forResource({ resource: files }), world.client.forResource({ resource: mail })]

    await Promise.all([first.fetch(`${files}/a`), world.client.refresh(), second.fetch(`${mail}/a`)])
    await world.client.fetch(me)

    const stored = (await world.store.read()) as TokenSet
    expect(world.login.reuses).toBe(0)
    expect(world.login.refreshes).toBe(3)
    expect(stored.refreshToken).toBe('refresh-4')
    expect(world.authorizations()).toEqual([`Bearer ${stored.accessToken}`])
  })

  it('presents each refresh token once though the lock is broken (F53, F54)', async () => {
    const lock = { hold: () => Promise.reject(new Error('no locks here')) }
    const world = await withResources({ lock })
    const [first, second] = [world.client.forResource({ resource: files }), world.client.forResource({ resource: mail })]

    await Promise.all([first.getAccessToken(), world.client.refresh(), second.getAccessToken()])

    expect([world.login.reuses, world.login.refreshes]).toEqual([0, 3])
  })

  it('gets a new token after a 401, and sends the call again (row 17)', async () => {
    const world = await withResources()
    const child = world.client.forResource({ resource: files })
    world.files.next(() => unauthorized('Bearer error="invalid_token"'))

    const response = await child.fetch(`${files}/a`)

    expect(response.status).toBe(200)
    expect(bearers(world.files)).toEqual(['Bearer access-2', 'Bearer access-3'])
  })

  it("leaves the session's own access token to be refreshed when it is refused", async () => {
    const world = await refusedOnce({ servers: [openServer(files)] })
    const answer = deferred<Response>()
    world.service.next(() => answer.promise)
    const call = world.client.fetch(me)
    await world.client.forResource({ resource: files }).fetch(`${files}/a`)

    answer.resolve(unauthorized('Bearer error="invalid_token"'))
    const response = await call

    expect(response.status).toBe(200)
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-3'])
  })

  it('resolves relative inputs against its resource', async () => {
    const world = await withResources()

    await world.client.forResource({ resource: `${files}/v1/` }).fetch('a?b')

    expect(world.files.requests[0]?.url).toBe(`${files}/v1/a?b`)
    expect(bearers(world.files)).toEqual(['Bearer access-2'])
  })

  it("sends to the client's origins where the resource has none", async () => {
    const world = await withResources()

    await world.client.forResource({ resource: 'urn:example:api' }).fetch(me)

    expect(await asked(world)).toEqual(['urn:example:api'])
    expect(world.authorizations()).toEqual(['Bearer access-2'])
  })

  it('works with client credentials, each resource by itself', async () => {
    const { tokenEndpoint } = (await anonymous()).login
    const world = await anonymous({
      servers: [openServer(files)],
      grant: clientCredentialsGrant({ tokenEndpoint, clientId: 'service', clientAuthentication: clientSecretBasic('secret') }),
    })
    const child = world.client.forResource({ resource: files, scope: 'read' })

    await Promise.all([child.fetch(`${files}/a`), child.fetch(`${files}/b`)])
    await world.client.fetch(me)

    expect(await asked(world)).toEqual([`${files} read`, ''])
  })

  it('that rotates the refresh token makes the access token beside it no younger: it counts as spent when it would have', async () => {
    const world = await withResources()
    await world.client.refresh()
    await world.clock.advance(3_600_000 - 20_000)
    const before = await asked(world)

    await world.client.forResource({ resource: files }).fetch(`${files}/a`)
    await world.client.fetch(me)

    expect((await asked(world)).slice(before.length)).toEqual([files, ''])
  })

  it('ends with a sign-out also where only it has got tokens by client credentials, and gets new ones after that', async () => {
    const { tokenEndpoint } = (await anonymous()).login
    const world = await anonymous({
      servers: [openServer(files)],
      grant: clientCredentialsGrant({ tokenEndpoint, clientId: 'service', clientAuthentication: clientSecretBasic('secret') }),
    })
    const child = world.client.forResource({ resource: files })
    await child.fetch(`${files}/a`)

    await child.logout()
    const { status } = child.state
    await child.fetch(`${files}/b`)

    expect(status).toBe('ended')
    expect(await asked(world)).toEqual([files, files])
  })

  it('sends its tokens to a resource whose host is no ASCII, and to no other origin (rule 10)', async () => {
    const server = openServer('https://xn--bcher-kva.example')
    const world = await withResources({ servers: [server] })
    const child = world.client.forResource({ resource: 'https://bücher.example/' })

    await child.fetch('https://bücher.example/a')
    await child.fetch(me)

    expect(await asked(world)).toEqual(['https://bücher.example/'])
    expect([bearers(server), world.authorizations()]).toEqual([['Bearer access-2'], [null]])
  })

  it('is not made for a resource that carries credentials, unless it is said where its tokens may go', async () => {
    const { client } = await signedIn()
    const resource = 'https://user:password@files.example.com/'

    expect(() => client.forResource({ resource })).toThrow(/give allowedOrigins/)
    expect(() => client.forResource({ resource, allowedOrigins: [files] })).not.toThrow()
  })

  it.each(['', 'files', '/files', `${files}/#a`, `${files}/a b`])('is not made for %j', async (resource) => {
    const { client } = await signedIn()

    expect(() => client.forResource({ resource })).toThrow(new TypeError('resource must be an absolute URI without a fragment'))
  })

  it('takes no list of scopes, which would be sent with commas', async () => {
    const { client } = await signedIn()
    const scope = ['read', 'write'] as unknown as string

    expect(() => client.forResource({ resource: 'https://api.test', scope })).toThrow(
      new TypeError('scope must be a string, separated by spaces'),
    )
  })

  it.each([
    ['http://files.test', 'allowedOrigins: http://files.test needs https, or allowInsecureOrigins'],
    ['files', 'allowedOrigins must be like https://api.example.com'],
  ])('names allowedOrigins where the first of them is %s', async (origin, message) => {
    const { client } = await signedIn()

    expect(() => client.forResource({ resource: files, allowedOrigins: [origin] })).toThrow(new TypeError(message))
  })

  it('that was disposed of is replaced by a new one; the others stay (F59)', async () => {
    const world = await withResources()
    const [first, other] = [world.client.forResource({ resource: files }), world.client.forResource({ resource: mail })]

    first.dispose()
    const second = world.client.forResource({ resource: files })
    first.dispose()
    const responses = await Promise.all([second.fetch(`${files}/a`), other.fetch(`${mail}/a`)])

    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    expect(second).not.toBe(first)
    expect(world.client.forResource({ resource: files })).toBe(second)
    expect(world.client.forResource({ resource: mail })).toBe(other)
  })

  it('is not made without a grant', () => {
    const client = new AuthenticatedClient({ allowedOrigins: [apiOrigin] })

    expect(() => client.forResource({ resource: files })).toThrow('forResource needs tokenEndpoint or grant')
  })
})

describe('the session behind it', () => {
  it('is signed out of by either: no token of it is sent any more, and the app hears once', async () => {
    const world = await withResources()
    const child = world.client.forResource({ resource: files })
    await child.fetch(`${files}/a`)

    await child.logout()
    await quiet()
    await child.fetch(`${files}/b`)

    expect([world.client.state.status, child.state.status]).toEqual(['ended', 'ended'])
    expect(bearers(world.files)).toEqual(['Bearer access-2', null])
    expect(world.logouts.map(({ reason }) => reason)).toEqual(['signed_out'])
    expect((await world.events()).filter(({ type }) => type === 'logout')).toHaveLength(1)
  })

  it.each([
    ['another', undefined],
    ['another of the same name', 'same'],
  ])('gets new tokens for %s sign-in', async (_, sessionId) => {
    const world = await withResources()
    await world.client.setTokens({ ...world.login.signIn(), ...(sessionId && { sessionId }) })
    const child = world.client.forResource({ resource: files })
    await child.fetch(`${files}/a`)
    await world.client.logout()

    await world.client.setTokens({ ...world.login.signIn(), ...(sessionId && { sessionId }) })
    await child.fetch(`${files}/b`)

    const [first, second] = bearers(world.files)
    expect(second).toMatch(/^Bearer /)
    expect(second).not.toBe(first)
    expect(await asked(world)).toEqual([files, files])
  })

  it('replaced while a token for the resource is on its way, rejects that call and sends nothing (F40, A39)', async () => {
    const world = await withResources()
    const child = world.client.forResource({ resource: files })
    const answer = deferred<Response>()
    world.login.next(() => answer.promise)
    const call = child.fetch(`${files}/a`).catch((error: unknown) => error)
    await quiet()

    await world.client.setTokens(world.login.signIn())
    answer.resolve(json(200, { access_token: 'of-the-first', refresh_token: 'r', token_type: 'Bearer' }))

    expect(await passing(world.clock, call)).toMatchObject({ name: 'SessionChangedError' })
    expect(world.files.requests).toHaveLength(0)
    await child.fetch(`${files}/b`)
    expect(bearers(world.files)).not.toContain('Bearer of-the-first')
  })

  it.each([
    ['its first call', 'fetch', false],
    ['a later call', 'fetch', true],
    ['an access token', 'getAccessToken', true],
  ] as const)('replaced while a slow store is read, gives %s nothing of the next user (row 4, A39)', async (_what, method, isKnown) => {
    const stored = memoryStore()
    const store = { ...stored, read: async () => stored.read() }
    const world = await withResources({ store })
    const child = world.client.forResource({ resource: files })
    if (isKnown) await child.fetch(`${files}/before`)

    const asked = (method === 'fetch' ? child.fetch(`${files}/a`, { method: 'POST' }) : child.getAccessToken()).catch(
      (error: unknown) => error,
    )
    await world.client.setTokens(world.login.signIn())

    expect(await passing(world.clock, asked)).toMatchObject({ name: 'SessionChangedError' })
    expect(world.files.requests).toHaveLength(isKnown ? 1 : 0)
  })

  it('signed out of while a slow store takes its rotated tokens, rejects that call and sends nothing (F39)', async () => {
    const stored = memoryStore()
    const isTaken = deferred<void>()
    let isReady = true
    const store: TokenStore = {
      read: async () => {
        if (!isReady) await isTaken.promise
        return stored.read()
      },
      async write(next, expected) {
        if ((next as TokenSet)?.refreshToken === 'refresh-2') isReady = false
        if (!isReady) await isTaken.promise
        return stored.write(next, expected)
      },
    }
    const world = await withResources({ store })
    const child = world.client.forResource({ resource: files })
    const call = child.fetch(`${files}/a`).catch((error: unknown) => error)
    await quiet()

    const left = world.client.logout()
    const outcome = await passing(world.clock, call)
    isTaken.resolve()
    await left

    expect(outcome).toMatchObject({ name: 'SessionEndedError' })
    expect(world.files.requests).toHaveLength(0)
  })

  it('stays the same when it gets its id later, by a step-up of a session that was restored without one', async () => {
    const store = memoryStore()
    const world = await withResources({ store, onStepUp: () => world.login.signIn() })
    const { sessionId: _, ...nameless } = (await store.read()) as TokenSet
    await store.write(nameless, (await store.read()) ?? null)
    const client = new AuthenticatedClient({
      tokenEndpoint: world.login.tokenEndpoint,
      clientId: 'web',
      allowedOrigins: [apiOrigin],
      store,
      fetch: network(world.login, world.service, world.files),
      onStepUp: () => world.login.signIn(),
    })
    const child = client.forResource({ resource: files })
    await child.fetch(`${files}/a`)
    world.service.next(() => unauthorized('Bearer error="insufficient_user_authentication"'))
    await client.fetch(me)
    world.files.next(() => unauthorized('Bearer error="invalid_token"'))

    const response = await child.fetch(`${files}/b`)

    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: expect.any(String) })
    expect(response.status).toBe(200)
    expect(bearers(world.files)).toHaveLength(3)
  })

  it('cools down for all: a refresh that waited for the lock while the server said Retry-After presents nothing', async () => {
    const world = await withResources()
    const children = [files, mail].map((resource) => world.client.forResource({ resource }))
    world.login.next(() => new Response(null, { status: 429, headers: { 'retry-after': '90' } }))

    const outcomes = await passing(world.clock, Promise.allSettled(children.map((child) => child.getAccessToken())))

    expect(outcomes.map((outcome) => outcome.status === 'rejected' && (outcome.reason as Error).name)).toEqual([
      'RefreshUnavailableError',
      'RefreshUnavailableError',
    ])
    expect(world.login.tokenRequests).toHaveLength(1)
  })

  it('cools down no longer than the session does: it is over for all once the network is back (F56)', async () => {
    const page = new EventTarget()
    vi.stubGlobal('location', { href: 'https://app.example.com/' })
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    try {
      const world = await withResources()
      const child = world.client.forResource({ resource: files })
      world.clock.chance(0.999)
      world.login.always(() => Promise.reject(new TypeError('fetch failed')))
      for (let failures = 0; failures < 6; failures++) {
        await passing(world.clock, Promise.allSettled([child.fetch(`${files}/a`)]), 300_000)
      }
      await expect(child.fetch(`${files}/a`)).rejects.toMatchObject({ retryAt: world.clock.now() + 63_936 })
      const before = world.login.tokenRequests.length

      await expect(child.fetch(`${files}/a`)).rejects.toMatchObject({ name: 'RefreshUnavailableError' })
      const meanwhile = world.login.tokenRequests.length
      world.login.always(undefined)
      page.dispatchEvent(new Event('online'))
      const response = await child.fetch(`${files}/a`)

      expect(meanwhile).toBe(before)
      expect(response.status).toBe(200)
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('stays when the lock is not granted in time while somebody else has refreshed: that tab’s tokens are for no resource', async () => {
    let isRefused = false
    const lock: Lock = {
      async hold(_name, task) {
        if (!isRefused) return task(new AbortController().signal)
        await other.refresh()
        throw new LockTimeoutError()
      },
    }
    const world = await withResources({ lock })
    const other = new AuthenticatedClient({
      tokenEndpoint: world.login.tokenEndpoint,
      clientId: 'web',
      allowedOrigins: [apiOrigin],
      store: world.store,
      fetch: network(world.login, world.service),
    })
    const child = world.client.forResource({ resource: files })
    isRefused = true
    const outcome = await passing(
      world.clock,
      child.fetch(`${files}/a`).catch((error: unknown) => error),
    )
    isRefused = false
    await world.clock.advance(5_000)

    const response = await child.fetch(`${files}/b`)

    expect(outcome).toMatchObject({ name: 'RefreshUnavailableError' })
    expect(child.state.status).toBe('authenticated')
    expect(bearers(world.files)).toEqual([expect.stringMatching(/^Bearer /)])
    expect(response.status).toBe(200)
  })

  it('refreshes once at a time even if a refresh of the previous session comes late to a lock that excludes nobody (F53)', async () => {
    const late = deferred<void>()
    let holds = 0
    const lock: Lock = {
      async hold(_name, task) {
        if (holds++ === 0) await late.promise
        return task(new AbortController().signal)
      },
    }
    const world = await withResources({ lock })
    const [first, second] = [world.client.forResource({ resource: files }), world.client.forResource({ resource: mail })]
    const before = first.getAccessToken().catch((error: unknown) => error)
    await quiet()
    await world.client.setTokens(world.login.signIn())
    const answers = deferred<undefined>()
    world.login.next(() => answers.promise)
    const tokens = [first.getAccessToken()]
    await quiet()

    late.resolve()
    await quiet()
    tokens.push(second.getAccessToken())
    await quiet()
    const atOnce = world.login.tokenRequests.length
    answers.resolve(undefined)
    await passing(world.clock, Promise.all(tokens))

    expect(await before).toMatchObject({ name: 'SessionChangedError' })
    expect(atOnce).toBe(1)
    expect([world.login.reuses, world.login.refreshes]).toEqual([0, 2])
  })

  it.each(['a call', 'refresh()'])(
    'whose exchange brings a new refresh token has not refreshed what %s of the session needs (row 17)',
    async (what) => {
      const world = await withResources()
      world.login.spoilAccessTokens()
      const answer = deferred()
      world.login.next(async () => {
        await answer.promise
        return undefined
      })
      const other = world.client.forResource({ resource: files }).fetch(`${files}/a`)
      await quiet()
      const needed = what === 'a call' ? world.client.fetch(me) : world.client.refresh()
      await quiet()
      answer.resolve()
      const [, result] = await passing(world.clock, Promise.all([other, needed]))
      const response = result ?? (await world.client.fetch(me))

      expect(response.status).toBe(200)
      expect(await asked(world)).toEqual([files, ''])
      expect(world.login.reuses).toBe(0)
    },
  )

  it('ends for all when the refresh token is rejected, and the app hears once', async () => {
    const world = await withResources()
    const child = world.client.forResource({ resource: files })
    world.login.revoke('refresh-1')

    await expect(child.fetch(`${files}/a`)).rejects.toMatchObject({ name: 'SessionEndedError' })
    await quiet()

    expect([world.client.state, child.state.status]).toEqual([{ status: 'ended', reason: 'refresh_rejected' }, 'ended'])
    expect(world.logouts.map(({ reason }) => reason)).toEqual(['refresh_rejected'])
    expect(world.files.requests).toHaveLength(0)
  })

  it('stays when a resource is refused: that concerns no other, and no other call (invalid_target)', async () => {
    const world = await withResources()
    const [refused, other] = [world.client.forResource({ resource: files }), world.client.forResource({ resource: mail })]
    world.login.next(() => json(400, { error: 'invalid_target' }))

    await expect(refused.fetch(`${files}/a`)).rejects.toMatchObject({ name: 'TokenEndpointError', error: 'invalid_target' })
    await expect(refused.fetch(`${files}/a`)).rejects.toMatchObject({ name: 'TokenEndpointError' })
    const responses = [await other.fetch(`${mail}/a`), await world.client.fetch(me)]
    await world.client.refresh()

    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    expect(await asked(world)).toEqual([files, mail, ''])
    expect(world.client.state.status).toBe('authenticated')
  })

  it('stays when the token endpoint is down, and the token is presented no more than twice (rule 6)', async () => {
    const world = await withResources()
    const child = world.client.forResource({ resource: files })
    world.login.always(() => Promise.reject(new TypeError('fetch failed')))

    await expect(child.fetch(`${files}/a`)).rejects.toMatchObject({ name: 'RefreshUnavailableError' })

    expect(world.login.tokenRequests).toHaveLength(2)
    expect(world.client.state.status).toBe('authenticated')
  })

  it('asks for no token before somebody has signed in', async () => {
    const world = await anonymous({ servers: [openServer(files)] })
    const child = world.client.forResource({ resource: files })

    const before = await child.fetch(`${files}/a`)
    await world.client.setTokens(world.login.signIn())
    await child.fetch(`${files}/b`)

    expect([before.status, child.state.status]).toEqual([200, 'authenticated'])
    expect(await asked(world)).toEqual([files])
  })

  it('is asked for more by a resource too: the answer is the session’s, and the resource gets a new token of it (row 10)', async () => {
    const world = await withResources({ onStepUp: () => ({ ...stronger }) })
    const stronger = world.login.signIn()
    const child = world.client.forResource({ resource: files })
    world.files.next(() => unauthorized('Bearer error="insufficient_user_authentication"'))

    const response = await child.fetch(`${files}/a`)
    await world.client.fetch(me)

    expect(response.status).toBe(200)
    expect(world.authorizations()).toEqual([`Bearer ${stronger.accessToken}`])
    expect(bearers(world.files)).toEqual(['Bearer access-3', 'Bearer access-4'])
  })
})

it.each([
  ['beside its tokenEndpoint', (wire: Wire) => ({ ...wire, clientAuthentication: clientSecretBasic('s3cret') })],
  ['in its grant', (wire: Wire) => ({ grant: refreshTokenGrant({ ...wire, clientAuthentication: clientSecretBasic('s3cret') }) })],
])('proves who the client is with what that was given %s', async (_, optionsOf) => {
  const world = await withResources()
  const { clientId, tokenEndpoint } = { clientId: 'web', tokenEndpoint: world.login.tokenEndpoint }
  const fetch = network(world.login, api(world.login), openServer(files))
  const client = new AuthenticatedClient({ ...optionsOf({ tokenEndpoint, clientId }), allowedOrigins: [apiOrigin], fetch })
  await client.setTokens(world.login.signIn())

  await client.forResource({ resource: files }).fetch(`${files}/a`)

  expect(world.login.tokenRequests.at(-1)?.headers.get('authorization')).toBe(`Basic ${btoa('web:s3cret')}`)
})

it('names its API in each event; events of the session name none', async () => {
  const world = await withResources()
  await world.client.forResource({ resource: files }).fetch(`${files}/a`)
  await world.client.fetch(me)

  const told = await world.events()
  const resources = (about: string): unknown[] => [...new Set(told.flatMap((event) => (event.type === about ? [event.resource] : [])))]
  expect(resources('refresh-started')).toEqual([files])
  expect(resources('request')).toEqual([files, undefined])
  expect(resources('session-changed')).toEqual([undefined])
})

it('numbers its calls apart from those of the session and of other resources, so that one onEvent can tell them apart', async () => {
  const world = await withResources()
  const clients = [world.client, world.client.forResource({ resource: files }), world.client.forResource({ resource: mail })]

  for (const client of clients) await client.fetch(me)

  const calls = (await world.events()).flatMap((event) => (event.type === 'request' ? event.call : []))
  expect(new Set(calls).size).toBe(3)
})

it('waits for the store as long as the client that made it', async () => {
  const { read, write } = memoryStore()
  let isSlow = false
  const store = { write, read: () => (isSlow ? world.clock.sleep(12_000).then(read) : read()) }
  const world = await withResources({ store, refreshTimeout: 60_000 })
  isSlow = true

  const { status } = await passing(world.clock, world.client.forResource({ resource: files }).fetch(`${files}/a`), 120_000)

  expect(status).toBe(200)
})

it("lets its calls go when it is disposed of, while the session's grant waits for a person", async () => {
  const grant = () => new Promise<never>(() => {})
  const { client } = await withResources({ grant, refreshTimeout: false })
  const child = client.forResource({ resource: files })
  const call = child.fetch(`${files}/a`).catch((error: unknown) => error)
  await quiet()

  child.dispose()

  expect(await call).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
})

it('answers a call that was waiting for its token when it was disposed of', async () => {
  const ready = deferred()
  const world = await withResources()
  world.login.next(() => ready.promise.then(() => undefined))
  const call = world.client.forResource({ resource: files }).fetch(`${files}/a`)
  await quiet()

  world.client.dispose()
  ready.resolve()

  expect((await call).status).toBe(200)
})

it('is disposed with the client that made it', async () => {
  const world = await withResources()
  const child = world.client.forResource({ resource: files })

  world.client.dispose()

  await expect(child.fetch(`${files}/a`)).rejects.toThrow(TypeError)
  expect(() => world.client.forResource({ resource: files })).toThrow(TypeError)
})

it('follows a session in a store that other clients share', async () => {
  const world = await withResources()
  const other = new AuthenticatedClient({
    tokenEndpoint: world.login.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: [apiOrigin],
    store: world.store,
    fetch: network(world.login, api(world.login)),
    clock: world.clock,
  })
  const child = world.client.forResource({ resource: files })
  await Promise.all([child.fetch(`${files}/a`), other.refresh()])

  await other.logout()
  await quiet()
  await child.fetch(`${files}/b`)

  expect(world.login.reuses).toBe(0)
  expect(bearers(world.files).at(-1)).toBeNull()
})

const turns = Array.from({ length: 60 }, (_, turn) => turn)

it.each(turns)('sends no token of a session that was signed out of %i turns after the call began (F39)', async (turn) => {
  const world = await withResources()
  const child = world.client.forResource({ resource: files })
  const call = child.fetch(`${files}/a`).then(
    ({ status }) => status,
    ({ name }: Error) => name,
  )
  for (let count = 0; count < turn; count++) await undefined
  const before = world.files.requests.length

  await world.client.logout()
  const outcome = await passing(world.clock, call)

  expect(outcome).toBe(world.files.requests.length > 0 ? 200 : 'SessionEndedError')
  expect(world.files.requests).toHaveLength(before)
  expect(await world.store.read()).toBeNull()
  expect(child.state.status).toBe('ended')
  expect(world.logouts).toHaveLength(1)
})

it.each(turns)('sends no token of one user for another who signs in %i turns after the call began (F40, A39)', async (turn) => {
  const world = await withResources()
  const child = world.client.forResource({ resource: files })
  const call = child.fetch(`${files}/a`).then(
    ({ status }) => status,
    ({ name }: Error) => name,
  )
  for (let count = 0; count < turn; count++) await undefined
  const before = world.files.requests.length
  const other = world.login.signIn()

  await world.client.setTokens(other)
  const outcome = await passing(world.clock, call)
  await child.fetch(`${files}/b`)

  const [of, ofOther] = [bearers(world.files).slice(0, -1), bearers(world.files).at(-1)]
  expect(outcome).toBe(before ? 200 : 'SessionChangedError')
  expect(of).toHaveLength(before)
  expect(world.login.isSameSession(ofOther?.replace('Bearer ', ''), other.accessToken)).toBe(true)
  expect(world.login.reuses).toBe(0)
})
