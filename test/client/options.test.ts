import {
  AuthenticatedClient,
  type AuthenticatedClientOptions,
  type AuthScheme,
  bearer,
  type ClientEvent,
  clientCredentialsGrant,
  cookieRefreshGrant,
  type FetchLike,
  followRedirects,
  localLock,
  memoryStore,
  none,
  refreshTokenGrant,
  type TokenSet,
  webLock,
} from 'authenticated-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AuthenticatedClient as UnwatchedClient } from '../../src/client/authenticated-client.ts'
import { quiet } from '../support/clock.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { rejection, shown, url, world } from './world.ts'

expectQuietProcess()

const tokenEndpoint = 'https://login.example.com/token'
const wire = { tokenEndpoint, clientId: 'web' }
const callbacks = { getTokens: () => null, saveTokens: () => {} }

const ownGrant = async (): Promise<TokenSet> => ({ accessToken: 'a' })

describe('a property that is no option', () => {
  it.each(['moved', 'root', 'nextCall', 'longestWait', 'inherited'])('is ignored: %s', async (name) => {
    const given = world()
    given.restore('fresh')
    const client = given.client({ [name]: true } as AuthenticatedClientOptions)

    expect((await given.inTime(client.fetch(url))).status).toBe(200)
  })
})

describe('the constructor refuses', () => {
  it.each<[string, AuthenticatedClientOptions, RegExp[]]>([
    ['grant with tokenEndpoint', { ...wire, grant: refreshTokenGrant(wire) }, [/\bgrant\b/, /\btokenEndpoint\b/]],
    ['store with getTokens and saveTokens', { ...wire, ...callbacks, store: memoryStore() }, [/\bstore\b/, /\bgetTokens\b/]],
    ['store with saveTokens', { ...wire, saveTokens: () => {}, store: memoryStore() }, [/\bstore\b/]],
    ['store with clearTokens', { ...wire, clearTokens: () => {}, store: memoryStore() }, [/\bstore\b/]],
    ['tokenEndpoint without clientId', { tokenEndpoint }, [/\bclientId\b/]],
    [
      'an option that is spelt like another',
      { ...wire, tokenEndPoint: tokenEndpoint } as AuthenticatedClientOptions,
      [/\btokenEndPoint\b/, /\btokenEndpoint\b/],
    ],
    ['expiryLeeway: false', { ...wire, expiryLeeway: false as unknown as number }, [/\bexpiryLeeway must be milliseconds\b/]],
    ['tokenEndpoint with an empty clientId', { tokenEndpoint, clientId: '' }, [/\bclientId\b/]],
    [
      'clientAuthentication beside a grant that would not use it',
      { grant: ownGrant, baseUrl: 'https://api.example.com', clientAuthentication: none },
      [/\bclientAuthentication\b/, /\bgrant\b/],
    ],
    ['getTokens without saveTokens', { ...wire, getTokens: () => null }, [/\bgetTokens\b/, /\bsaveTokens\b/]],
    [
      'getTokens without saveTokens with a grant that rotates',
      { grant: refreshTokenGrant(wire), allowedOrigins: ['https://api.example.com'], getTokens: () => null },
      [/\bgetTokens\b/, /\bsaveTokens\b/],
    ],
    [
      'an http: baseUrl',
      { ...wire, baseUrl: 'http://api.example.com' },
      [/http:\/\/api\.example\.com|baseUrl/, /\ballowInsecureOrigins\b/],
    ],
    [
      'an http: origin among the allowed',
      { ...wire, allowedOrigins: ['https://a.example.com', 'http://b.example.com'] },
      [/http:\/\/b\.example\.com|allowedOrigins/, /\ballowInsecureOrigins\b/],
    ],
    [
      'an http: tokenEndpoint',
      { tokenEndpoint: 'http://login.example.com/token', clientId: 'web' },
      [/http:\/\/login\.example\.com|tokenEndpoint/, /\ballowInsecureOrigins\b/],
    ],
    [
      'an http: url of a grant',
      { grant: cookieRefreshGrant({ url: 'http://login.example.com/renew' }), allowedOrigins: ['https://api.example.com'] },
      [/^grant: http:\/\/login\.example\.com/, /\ballowInsecureOrigins\b/],
    ],
    ['no origin at all', { grant: ownGrant }, [/\bbaseUrl\b|\ballowedOrigins\b/]],
    ['nothing', {}, [/\bbaseUrl\b|\ballowedOrigins\b/]],
  ])('%s, and says what to do', (_what, options, words) => {
    const make = (): AuthenticatedClient => new AuthenticatedClient(options)

    expect(make).toThrow(TypeError)
    for (const word of words) expect(make).toThrow(word)
  })

  it.each<[option: string, wrong: unknown, fix: string]>([
    ['scheme', 'bearer', 'scheme must have attach()'],
    ['scheme', bearer, 'scheme must have attach()'],
    ['scheme', [bearer(), null], 'scheme must have attach()'],
    ['store', {}, 'store must have read()'],
    ['store', { read: () => null }, 'store must have write()'],
    ['store', memoryStore, 'store must have read()'],
    ['store', [memoryStore()], 'store must have read()'],
    ['lock', {}, 'lock must have hold()'],
    ['lock', [], 'lock must have hold()'],
    ['clock', {}, 'clock must have now()'],
    ['clock', 5, 'clock must have now()'],
    ['clock', { now: () => 0, sleep: async () => {} }, 'clock must have random()'],
    ['tokenEndpoint', '', 'tokenEndpoint must be a URL'],
    ['revocationEndpoint', '', 'revocationEndpoint must be a URL'],
    ['clientId', 5, 'clientId must be a string'],
    ['allowInsecureOrigins', 'false', 'allowInsecureOrigins must be true or false'],
    ['expiryLeeway', [], 'expiryLeeway must be milliseconds'],
    ['expiryLeeway', '30000', 'expiryLeeway must be milliseconds'],
    ['expiryLeeway', Number.NaN, 'expiryLeeway must be milliseconds'],
    ['refreshAhead', true, 'refreshAhead must be milliseconds'],
    ['refreshAhead', -1, 'refreshAhead must be milliseconds'],
    ['refreshTimeout', true, 'refreshTimeout must be milliseconds'],
    ['refreshTimeout', 0, 'refreshTimeout must be milliseconds or false'],
    ['refreshBudget', true, 'refreshBudget must be { attempts, interval } or false'],
    ['onLogout', 'logout', 'onLogout must be a function'],
  ])('a wrong %s (%j), and says what it must be', (option, wrong, fix) => {
    const options: AuthenticatedClientOptions = { ...wire, baseUrl: 'https://api.example.com', [option]: wrong }

    expect(() => new AuthenticatedClient(options)).toThrow(new TypeError(fix))
  })

  it('no options at all with a TypeError', () => {
    expect(() => new (AuthenticatedClient as unknown as new () => AuthenticatedClient)()).toThrow(TypeError)
  })

  it.each([
    ['a plain object', Object.assign],
    ['an instance of a class', (_: object, options: object) => Object.assign(new (class Options {})(), options)],
  ])('what %s does not allow itself, whatever a polluted prototype says (A56)', (_, optionsOf) => {
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'allowInsecureOrigins'))
    Object.assign(Object.prototype, { allowInsecureOrigins: true })

    expect(() => new AuthenticatedClient(optionsOf({}, { baseUrl: 'http://api.example.com' }))).toThrow(/allowInsecureOrigins/)
  })

  it('nothing that a polluted prototype says of its endpoints, which get no token (A56)', async () => {
    const sent: (string | null)[] = []
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, 'endpoints'))
    Object.assign(Object.prototype, { endpoints: [] })

    const client = new AuthenticatedClient({
      ...wire,
      allowedOrigins: ['https://login.example.com'],
      store: { read: async () => ({ accessToken: 'a', refreshToken: 'r', sessionId: 's' }), write: () => true },
      fetch: async (_, init) => {
        sent.push(new Headers(init?.headers).get('authorization'))
        return new Response()
      },
    })
    Reflect.deleteProperty(Object.prototype, 'endpoints')
    await client.fetch(wire.tokenEndpoint)
    await client.fetch('https://login.example.com/me')

    expect(sent).toEqual([null, 'Bearer a'])
  })

  it('without showing a secret (rule 13)', () => {
    const secret = 'canary-of-options'

    expect(
      () => new AuthenticatedClient({ ...wire, store: memoryStore({ accessToken: secret }), getTokens: () => ({ accessToken: secret }) }),
    ).toThrow(expect.objectContaining({ stack: expect.not.stringContaining(secret) }))
  })
})

describe('the constructor takes', () => {
  it.each<[string, AuthenticatedClientOptions]>([
    ['the two wire facts alone', wire],
    [
      'URLs in place of strings',
      {
        tokenEndpoint: new URL(tokenEndpoint),
        clientId: 'web',
        baseUrl: new URL('https://api.example.com'),
        allowedOrigins: [new URL('https://b.example.com')],
      },
    ],
    ['http: on localhost', { ...wire, baseUrl: 'http://localhost:3000' }],
    ['http: on 127.0.0.1', { ...wire, allowedOrigins: ['http://127.0.0.1:3000'] }],
    ['http: on [::1]', { ...wire, allowedOrigins: ['http://[::1]:3000'] }],
    ['an http: token endpoint on this machine', { tokenEndpoint: 'http://localhost:3000/token', clientId: 'web' }],
    [
      'http: anywhere with allowInsecureOrigins',
      { tokenEndpoint: 'http://login.test/token', clientId: 'web', baseUrl: 'http://api.test', allowInsecureOrigins: true },
    ],
    ['no leeway at all', { ...wire, expiryLeeway: 0, refreshAhead: 0 }],
    ['false for what has no limit then', { ...wire, refreshAhead: false, refreshTimeout: false, refreshBudget: false }],
    [
      'a scheme, a store and a lock whose methods are inherited',
      { ...wire, scheme: Object.create(bearer()), store: Object.create(memoryStore()), lock: Object.create(localLock()) },
    ],
    ['a grant of the app', { grant: ownGrant, baseUrl: 'https://api.example.com' }],
    [
      'getTokens without saveTokens where nothing rotates',
      { grant: clientCredentialsGrant({ ...wire, clientAuthentication: none }), baseUrl: 'https://api.example.com', getTokens: () => null },
    ],
  ])('%s', async (_what, options) => {
    const { clock, fetch } = world()

    const client = new AuthenticatedClient({ ...options, clock, fetch })
    await quiet()

    expect(client.state).toEqual({ status: 'anonymous' })
  })

  it('a getTokens, or the read of a store, that gives a thenable whose then gives nothing: await takes that, too', async () => {
    const { restore, app, resource, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const value = (take: (tokens: unknown) => void): void => {
      take(app.tokens)
    }
    const client = newClient({ getTokens: () => Object.defineProperty({}, 'then', { value }) as never })

    await inTime(client.fetch('https://api.example.com/me'))
    const read = () => Object.defineProperty({}, 'then', { value }) as never
    await inTime(newClient({ store: { read, write: () => true } }).fetch('https://api.example.com/me'))

    const authorizations = resource.requests.map(({ headers }) => headers.get('authorization'))
    expect(authorizations).toEqual(Array(2).fill(`Bearer ${tokens.accessToken}`))
  })

  it('null for what getAccessToken and refresh may be told', async () => {
    const { restore, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()

    expect(await inTime(client.getAccessToken(null as never))).toBe(app.tokens?.accessToken)
    await inTime(client.refresh(null as never))

    expect(app.saves).toHaveLength(1)
  })

  it('URL objects, as they are at the beginning: what the app makes of them later changes nothing', async () => {
    const { login, clock, inTime, resource, fetch } = world()
    const [baseUrl, revocationEndpoint] = [new URL('https://api.example.com/v1/'), new URL('https://login.example.com/revoke')]
    const urls: string[] = []
    const client = new AuthenticatedClient({
      ...wire,
      baseUrl,
      revocationEndpoint,
      clock,
      fetch: (input, init) => {
        urls.push(String(input))
        return fetch(input, init)
      },
    })
    await inTime(client.setTokens(login.signIn()))
    baseUrl.pathname = '/elsewhere/'
    revocationEndpoint.host = 'evil.example'

    await inTime(client.fetch('me'))
    await inTime(client.logout())
    await quiet()

    expect(resource.requests).toHaveLength(1)
    expect(urls).toEqual(['https://api.example.com/v1/me', 'https://login.example.com/revoke'])
  })

  it('null for every option that may be absent, with its default', async () => {
    const { login, clock, fetch, inTime } = world()
    const everything: { [Option in keyof Required<AuthenticatedClientOptions>]: null } = {
      tokenEndpoint: null,
      clientId: null,
      clientAuthentication: null,
      revocationEndpoint: null,
      grant: null,
      getTokens: null,
      saveTokens: null,
      clearTokens: null,
      store: null,
      lock: null,
      baseUrl: null,
      allowedOrigins: null,
      allowInsecureOrigins: null,
      scheme: null,
      expiryLeeway: null,
      refreshAhead: null,
      refreshTimeout: null,
      refreshBudget: null,
      onLogout: null,
      onStepUp: null,
      onEvent: null,
      isUnauthorized: null,
      fetch: null,
      clock: null,
    }
    expect(() => new AuthenticatedClient(everything)).toThrow(TypeError)
    const client = new AuthenticatedClient({
      ...everything,
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'web',
      allowedOrigins: ['https://api.example.com'],
      clock,
      fetch,
    })

    await inTime(client.setTokens(login.signIn()))
    login.spoilAccessTokens()
    const responses = await inTime(Promise.all([client.fetch(url), client.fetch(url)]))
    await inTime(client.logout())

    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    expect(login.refreshes).toBe(1)
    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
  })

  it.each<[string, AuthenticatedClientOptions]>([
    ['null', { store: null, grant: null }],
    ['undefined', { store: undefined, grant: undefined, lock: undefined, clearTokens: undefined, onLogout: undefined, baseUrl: undefined }],
  ])('%s beside its alternative: no conflict', async (_what, options) => {
    const { restore, inTime, client: newClient } = world()
    restore('refused')

    const response = await inTime(newClient(options).fetch(url))

    expect(response.status).toBe(200)
  })

  it('null for expiryLeeway as 30 seconds, and for refreshTimeout as 10', async () => {
    const { restore, login, clock, inTime, client: newClient } = world()
    restore('fresh', { expiresAt: clock.now() + 40_000 })
    const client = newClient({ expiryLeeway: null, refreshTimeout: null })
    await inTime(client.fetch(url))
    const early = login.refreshes

    await clock.advance(15_000)
    await inTime(client.fetch(url))

    expect(early).toBe(0)
    expect(login.refreshes).toBe(1)
  })

  // What watches the clients of other tests (test/leaks) hands in a copy of the options.
  it('an instance of a class, with what it inherits: `this` of its callbacks is the object that the app holds', async () => {
    const { login, clock, fetch, inTime } = world()
    class Wire {
      tokenEndpoint = tokenEndpoint
      clientId = 'web'
      get baseUrl() {
        return 'https://api.example.com'
      }
    }
    class Auth extends Wire {
      clock = clock
      fetch = fetch
      tokens: TokenSet | null = login.signIn()
      heard = new Set<string>()
      refreshToken = 'a field of its own'
      getTokens() {
        return this.tokens
      }
      saveTokens(next: TokenSet) {
        this.tokens = next
      }
      clearTokens() {
        this.tokens = null
      }
      isUnauthorized() {
        this.heard.add('isUnauthorized')
        return false
      }
      onEvent() {
        this.heard.add('onEvent')
      }
      onStepUp() {
        this.heard.add('onStepUp')
        return null
      }
      onLogout() {
        this.heard.add('onLogout')
      }
    }
    const auth = new Auth()
    const before = auth.tokens
    const client = new UnwatchedClient(auth)

    await inTime(client.refresh())
    const after = auth.tokens
    const response = await inTime(client.fetch('/me'))
    auth.heard.clear()
    await inTime(client.forResource({ resource: 'https://api.example.com/' }).fetch('/me'))
    const heardOfResource = [...auth.heard]
    await inTime(client.logout())
    await quiet()

    expect(after?.accessToken).toEqual(expect.any(String))
    expect(after?.accessToken).not.toBe(before?.accessToken)
    expect(response.status).toBe(200)
    expect(heardOfResource.sort()).toEqual(['isUnauthorized', 'onEvent'])
    expect([...auth.heard].sort()).toEqual(['isUnauthorized', 'onEvent', 'onLogout'])
    expect(auth.tokens).toBeNull()
  })

  it('onStepUp as a method of the options, and an onEvent that inspects', async () => {
    const { app, accepted, clock, fetch, inTime } = world()
    const stronger = { accessToken: 'stronger' }
    accepted.add('stronger')
    let inspected = 0
    const auth = {
      ...{ ...wire, baseUrl: 'https://api.example.com', clock, store: memoryStore({ accessToken: 'weaker' }) },
      stronger,
      fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
        const response = await fetch(input, init)
        return response.ok
          ? response
          : new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication"' } })
      },
      onStepUp() {
        return this.stronger
      },
      onEvent: Object.assign((event: ClientEvent) => void app.events.push(event), { inspect: () => inspected++ }),
    }

    const response = await inTime(new UnwatchedClient(auth).fetch('/me'))

    expect([response.status, inspected]).toEqual([200, 1])
  })

  it('a scheme of a class, whose redirects are a method like any other', () => {
    class Own implements AuthScheme {
      name = 'Own'
      headers = ['x-own']
      usesTokens = false
      attach() {}
      redirects(fetch: FetchLike) {
        return followRedirects(fetch, this.headers)
      }
    }

    expect(() => new AuthenticatedClient({ ...wire, scheme: new Own() })).not.toThrow()
  })

  it('options that the app changes later, without following it', async () => {
    const { login, resource, clock, fetch, inTime } = world()
    const allowedOrigins = ['https://api.example.com']
    let tokens: TokenSet | null = null
    const options = {
      ...{ ...wire, allowedOrigins, clock, fetch },
      getTokens: () => tokens,
      saveTokens: (next: TokenSet) => {
        tokens = next
      },
    }
    const client = new AuthenticatedClient(options)
    await inTime(client.setTokens(login.signIn()))

    allowedOrigins.length = 0
    allowedOrigins.push('https://evil.example')
    Object.assign(options, { clientId: 'other', fetch: () => Promise.reject(new Error('replaced')) })
    Object.assign(options, { getTokens: () => null, saveTokens: () => Promise.reject(new Error('replaced')) })
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(shown(resource)[0]).not.toBeNull()
  })
})

describe('coordination', () => {
  it.each<[AuthenticatedClient['coordination'], AuthenticatedClientOptions]>([
    ['client', {}],
    ['client', { ...callbacks }],
    ['client', { store: memoryStore() }],
    ['machine', { store: { ...memoryStore(), coordination: 'machine' } }],
    ['fleet', { store: { ...memoryStore(), coordination: 'fleet' } }],
    ['client', { store: { ...memoryStore(), coordination: 'fleet' }, lock: localLock() }],
    ['client', { store: { ...memoryStore(), coordination: 'fleet' }, lock: webLock() }], // There are no Web Locks here (F53).
    ['machine', { lock: { ...localLock(), coordination: 'machine' } }],
  ])('is %s in Node, as its store says, or the lock given in place of the store’s', (coordination, options) => {
    const client = new AuthenticatedClient({ ...wire, ...options })

    expect(client.coordination).toBe(coordination)
  })

  it('cannot be set', () => {
    const client = new AuthenticatedClient(wire)

    expect(() => Object.assign(client, { coordination: 'fleet' })).toThrow(TypeError)
  })
})

describe('every function of the client', () => {
  it('is bound: it works without the client', async () => {
    const { restore, login, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    const { fetch, subscribe, getAccessToken, setTokens, refresh, logout, dispose } = client
    let changes = 0

    const unsubscribe = subscribe(() => changes++)
    expect((await inTime(fetch(url))).status).toBe(200)
    expect(await inTime(getAccessToken())).toMatch(/^access-/)
    await inTime(refresh())
    await inTime(setTokens(login.signIn()))
    await inTime(logout())
    await quiet()
    unsubscribe()
    dispose()

    expect(changes).toBeGreaterThanOrEqual(4)
    expect(await rejection(fetch(url))).toBeInstanceOf(TypeError)
  })

  it('stays the same from one read to the next', () => {
    const client = world().client()

    for (const name of ['fetch', 'subscribe', 'getAccessToken', 'setTokens', 'refresh', 'logout', 'dispose'] as const) {
      expect(client[name], name).toBeTypeOf('function')
      expect(client[name], name).toBe(client[name])
    }
  })

  it('may be called as a method of something else, as a library does with its fetch option', async () => {
    const { restore, inTime, client: newClient } = world()
    restore('fresh')
    const library = { fetch: newClient().fetch }

    expect((await inTime(library.fetch(url))).status).toBe(200)
  })
})

describe('getAccessToken', () => {
  it('gives the token without a refresh while it is fresh', async () => {
    const { restore, login, inTime, client: newClient } = world()
    const tokens = restore('fresh')

    expect(await inTime(newClient().getAccessToken())).toBe(tokens.accessToken)
    expect(login.requests).toHaveLength(0)
  })

  it('refreshes a spent one, once for all who ask', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('expired')
    const client = newClient()

    const tokens = await inTime(Promise.all(Array.from({ length: 20 }, () => client.getAccessToken())))

    expect(login.refreshes).toBe(1)
    expect(new Set(tokens)).toEqual(new Set([app.tokens?.accessToken]))
  })

  it('refreshes at most once for a minValidity that no token has, then gives what there is', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('fresh')

    const token = await inTime(newClient().getAccessToken({ minValidity: 10 * 3_600_000 }))

    expect(login.refreshes).toBe(1)
    expect(token).toBe(app.tokens?.accessToken)
  })

  it('refreshes for a minValidity that the token has not', async () => {
    const { restore, login, clock, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await inTime(client.getAccessToken({ minValidity: 60_000 }))
    const early = login.refreshes

    await clock.advance(3_600_000 - 120_000)
    await inTime(client.getAccessToken({ minValidity: 300_000 }))

    expect(early).toBe(0)
    expect(login.refreshes).toBe(1)
  })

  it('may be aborted: the refresh goes on (rule 1, F93)', async () => {
    const { restore, login, hold, app, inTime, client: newClient } = world()
    restore('expired')
    const client = newClient()
    await quiet()
    const release = hold(login.tokenEndpoint)
    const controller = new AbortController()
    const token = rejection(client.getAccessToken({ signal: controller.signal }))
    await quiet()

    controller.abort('enough')
    const reason = await token
    release()
    await inTime(client.fetch(url))

    expect(reason).toBe('enough')
    expect(login.refreshes).toBe(1)
    expect(app.saves).toHaveLength(1)
  })
})

describe('refresh', () => {
  it('refreshes a fresh token because the app asks', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const client = newClient()

    await inTime(client.refresh())

    expect(login.refreshes).toBe(1)
    expect(app.tokens?.accessToken).not.toBe(tokens.accessToken)
  })

  it('is one refresh for all who ask at once (rule 1)', async () => {
    const { restore, login, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()

    await inTime(Promise.all(Array.from({ length: 50 }, () => client.refresh())))

    expect(login.refreshes).toBe(1)
  })
})
