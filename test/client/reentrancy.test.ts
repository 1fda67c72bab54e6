import {
  type AuthenticatedClient,
  type AuthenticatedClientOptions,
  bearer,
  type Lock,
  memoryStore,
  refreshTokenGrant,
  type TokenSet,
} from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { unauthorized } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { presented, url, type World, world } from './world.ts'

expectQuietProcess()

const callbacks = [
  'getTokens',
  'saveTokens',
  'clearTokens',
  'onLogout',
  'onEvent',
  'onStepUp',
  'subscribe',
  'isUnauthorized',
  'store.read',
  'store.write',
  'lock',
  'grant',
  'attach',
] as const
const methods = ['fetch', 'setTokens', 'getAccessToken', 'refresh', 'logout', 'dispose', 'subscribe', 'forResource'] as const
const states = ['restoring', 'anonymous', 'fresh', 'spent', 'ended'] as const

type Callback = (typeof callbacks)[number]
type Method = (typeof methods)[number]
type State = (typeof states)[number]

describe.each(callbacks)('%s may call', (callback) => {
  describe.each(methods)('%s', (method) => {
    it.each(states)('from a client that is %s: everything settles (rule 7, F101–F103)', async (state) => {
      const given = world()
      const { client, inside, calls } = await clientThatCalls(given, callback, method, state)

      await drive(given, client)
      await given.inTime(Promise.allSettled(inside))

      expect(calls(), `${callback} was never called`).toBeGreaterThan(0)
      const tokens = await presented(given.login)
      expect(new Set(tokens).size, 'a refresh token was presented twice').toBe(tokens.length)
      expect(given.login.reuses).toBe(0)

      client.dispose()
      await quiet()
      const before = calls()
      await given.clock.advance(60_000)
      if (callback === 'onLogout' || callback === 'onEvent' || callback === 'subscribe') expect(calls()).toBe(before)
      expect(given.clock.sleeping).toBe(0)
    })
  })
})

it.each(['returns', 'sets'] as const)(
  'saveTokens may wait for a call that is asked for more while the tokens that onStepUp %s are saved: that gets its own answer (rule 7)',
  async (way) => {
    const { restore, app, login, resource, events, inTime, clock, client: newClient } = world()
    restore('fresh')
    const stronger = login.signIn()
    resource.always(({ url: to, headers }) =>
      to.endsWith('/audit') || headers.get('authorization') !== `Bearer ${stronger.accessToken}`
        ? unauthorized('Bearer error="insufficient_scope", scope="admin"', { status: 403 })
        : undefined,
    )
    const inside: number[] = []
    const client = newClient({
      saveTokens: async (next) => {
        const { status } = await client.fetch('https://api.example.com/audit', { method: 'POST' })
        inside.push(status)
        app.tokens = next
      },
      onStepUp: async () => {
        if (way === 'returns') return stronger
        await client.setTokens(stronger)
        return null
      },
    })
    const before = clock.now()

    const response = await inTime(client.fetch(url))

    expect([response.status, ...inside]).toEqual([200, 403])
    expect(events('storage-error')).toEqual([])
    expect(clock.now() - before).toBeLessThan(1_000)
  },
)

interface Reentrant {
  readonly client: AuthenticatedClient
  /** What the callback has called. */
  readonly inside: Promise<unknown>[]
  /** How often the callback was called since the client was in its state. */
  readonly calls: () => number
}

/** A client whose `callback` awaits `method`, the first three times that it is called while armed. */
async function clientThatCalls(given: World, callback: Callback, method: Method, state: State): Promise<Reentrant> {
  const { app, login, resource } = given
  const inside: Promise<unknown>[] = []
  let armed = state === 'restoring'
  let calls = 0
  let left = 3
  const enter = async (): Promise<void> => {
    if (!armed) return
    calls++
    if (left-- > 0) {
      const call = invoke(given, client, method)
      inside.push(call)
      await call.catch(() => {})
    }
  }
  const wrap = <Arguments extends unknown[], Result>(name: Callback, own: (...given: Arguments) => Result) =>
    name !== callback
      ? own
      : async (...values: Arguments): Promise<Awaited<Result>> => {
          await enter()
          return await own(...values)
        }

  resource.always(({ url: to, headers }) => {
    if (to.endsWith('/admin') && headers.has('authorization'))
      return unauthorized('Bearer error="insufficient_scope", scope="admin"', { status: 403 })
    return undefined
  })
  if (state === 'fresh' || state === 'ended') given.restore('fresh')
  if (state === 'spent' || state === 'restoring') given.restore('expired')
  const store = memoryStore(app.tokens)
  const usesStore = callback.startsWith('store.')
  const options: AuthenticatedClientOptions = {
    ...(usesStore
      ? {
          store: {
            read: wrap('store.read', () => store.read()),
            write: wrap('store.write', (next, expected) => store.write(next, expected)),
          },
        }
      : {
          getTokens: wrap('getTokens', () => app.tokens),
          saveTokens: wrap('saveTokens', (next: TokenSet) => {
            app.tokens = next
          }),
          clearTokens: wrap('clearTokens', () => {
            app.tokens = null
          }),
        }),
    ...(callback === 'lock' && { lock: { hold: wrap('lock', (_name, task) => task(new AbortController().signal)) as Lock['hold'] } }),
    ...(callback === 'grant' && {
      grant: Object.assign(wrap('grant', refreshTokenGrant({ tokenEndpoint: login.tokenEndpoint, clientId: 'web' })), {
        needs: 'refresh-token' as const,
      }),
      clientId: 'web',
    }),
    ...(callback === 'attach' && { scheme: { ...bearer(), attach: wrap('attach', bearer().attach) } }),
    onLogout: wrap('onLogout', () => {}),
    onEvent: wrap('onEvent', () => {}),
    onStepUp: wrap('onStepUp', () => login.signIn()),
    isUnauthorized: wrap('isUnauthorized', () => false),
  }
  const client: AuthenticatedClient = given.client(options)
  if (callback === 'subscribe') client.subscribe(wrap('subscribe', () => {}))
  if (state === 'restoring') return { client, inside, calls: () => calls }

  await quiet()
  if (state === 'ended') await given.inTime(client.logout())
  await quiet()
  armed = true
  return { client, inside, calls: () => calls }
}

async function invoke(given: World, client: AuthenticatedClient, method: Method): Promise<unknown> {
  if (method === 'fetch') return client.fetch(`${url}/inside`, { method: 'POST', body: 'x' })
  if (method === 'setTokens') return client.setTokens(given.login.signIn())
  if (method === 'subscribe') return client.subscribe(() => {})()
  if (method === 'forResource') return client.forResource({ resource: 'https://api.example.com' }).fetch(`${url}/inside`)
  return client[method]()
}

/** Everything that can happen to a client, so that each of its callbacks has its turn. */
async function drive(given: World, client: AuthenticatedClient): Promise<void> {
  const turn = (...calls: Promise<unknown>[]) => given.inTime(Promise.allSettled(calls))
  await turn(client.fetch(url), client.fetch(url, { method: 'POST', body: 'x' }), client.getAccessToken(), client.refresh())
  await turn(client.setTokens(given.login.signIn()))
  await turn(client.fetch(`${url}/admin`))
  await turn(client.refresh(), client.fetch(url))
  await turn(client.logout())
  await turn(client.fetch(url))
}
