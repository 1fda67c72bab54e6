import {
  type AuthenticatedClient,
  type AuthenticatedClientOptions,
  memoryStore,
  type TokenSet,
  type TokenStore,
} from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { json, unauthorized } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { rejection, url, watch, world } from './world.ts'

expectQuietProcess()

describe('dispose', () => {
  it('goes through where a store can not be left', async () => {
    const { client: newClient } = world()
    const subscribe = () => () => {
      throw new Error('closed already')
    }
    const client = newClient({ store: Object.assign(memoryStore(), { subscribe }) })

    expect(() => client.dispose()).not.toThrow()
    await expect(client.fetch(url)).rejects.toThrow('disposed')
  })

  it('releases a call that waits for a person, with its own answer', async () => {
    const { restore, resource, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient({ onStepUp: () => new Promise<null>(() => {}) })
    resource.next(() => unauthorized('Bearer error="insufficient_scope", scope="admin"', { status: 403 }))
    const call = watch(client.fetch(url))
    await quiet()
    const before = call.state

    client.dispose()
    await inTime(quiet())

    expect([before, call.value?.status]).toEqual(['pending', 403])
  })

  it('releases calls whose grant waits for a person, and keeps a rotation that comes late', async () => {
    const { restore, app, client: newClient } = world()
    restore('refused')
    const late = deferred<TokenSet>()
    let signal: AbortSignal | undefined
    const client = newClient({
      refreshTimeout: false,
      grant: (_tokens, context) => {
        signal = context.signal
        return late.promise
      },
    })
    const calls = [watch(client.fetch(url)), watch(client.refresh())]
    await quiet()
    const before = [...calls.map(({ state }) => state), signal?.aborted]

    client.dispose()
    await quiet()
    const after = calls.map(({ reason }) => (reason as { code?: string })?.code)
    late.resolve({ accessToken: 'access-2', refreshToken: 'refresh-2' })
    await quiet()

    expect(before).toEqual(['pending', 'pending', false])
    expect(after).toEqual(['ERR_REFRESH_UNAVAILABLE', 'ERR_REFRESH_UNAVAILABLE'])
    expect(signal?.aborted).toBe(true)
    expect(app.tokens?.refreshToken).toBe('refresh-2')
  })

  it('starts no grant any more that would wait for a person', async () => {
    const { restore, hold, client: newClient } = world()
    restore('refused')
    let asked = 0
    const client = newClient({
      refreshTimeout: false,
      grant: () => {
        asked++
        return new Promise(() => {})
      },
    })
    const release = hold(url)
    const call = watch(client.fetch(url))
    await quiet()

    client.dispose()
    release()
    await quiet()

    expect(asked).toBe(0)
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_REFRESH_UNAVAILABLE' } })
  })

  it.each<[string, () => unknown]>([
    ['says nothing', () => undefined],
    ['rejects', () => Promise.reject(new Error('no hints today'))],
  ])('works even with a store whose subscribe %s and gives no way to unsubscribe', async (_what, subscribe) => {
    const { client: newClient, restore } = world()
    restore('fresh')
    const store = { ...memoryStore(), subscribe: subscribe as () => () => void }
    const client = newClient({ getTokens: undefined, saveTokens: undefined, clearTokens: undefined, store })
    await quiet()

    client.dispose()

    expect(await rejection(client.fetch(url))).toBeInstanceOf(TypeError)
  })

  it('lets a call that is on its way have its answer (F60)', async () => {
    const call = await disposedBeforeTheAnswer('fresh')

    expect(call.value?.status).toBe(200)
  })

  it.each(['refused', 'expired'] as const)(
    'lets a refresh of a token that is %s finish and save, and every call settle; no callbacks after (F60)',
    async (standing) => {
      const { restore, hold, login, app, clock, inTime, client: newClient } = world()
      const first = restore(standing)
      const client = newClient()
      await quiet()
      const changes: unknown[] = []
      client.subscribe(() => changes.push(client.state))
      const release = hold(login.tokenEndpoint)
      const calls = [client.fetch(url), client.fetch(url, { method: 'POST' }), client.getAccessToken(), client.refresh()]
      await quiet()
      const heard = app.events.length

      client.dispose()
      release()
      await inTime(Promise.allSettled<unknown>(calls))
      await clock.advance(20_000)

      expect(app.saves).toHaveLength(1)
      expect(app.tokens?.refreshToken).not.toBe(first.refreshToken)
      expect(login.isSameSession(app.tokens?.refreshToken, first.refreshToken)).toBe(true)
      expect(app.events).toHaveLength(heard)
      expect([changes, app.logouts]).toEqual([[], []])
    },
  )

  it.each(['fresh', 'refused'] as const)(
    'asks neither isUnauthorized nor inspect about a later answer to a %s token (F60)',
    async (standing) => {
      const asked: string[] = []

      const call = await disposedBeforeTheAnswer(standing, {
        isUnauthorized: () => Boolean(asked.push('isUnauthorized')),
        onEvent: Object.assign(() => {}, { inspect: () => asked.push('inspect') }),
      })

      expect(call.value?.status).toBe(200)
      expect(asked).toEqual([])
    },
  )

  it('does not ask the store again for a hint that came while it was restoring (F60)', async () => {
    const { client: newClient } = world()
    const first = deferred<TokenSet | null>()
    let reads = 0
    let hint = (): void => {}
    const store: TokenStore = {
      read: () => {
        reads += 1
        return first.promise
      },
      write: () => true,
      subscribe: (listener) => {
        hint = listener
        return () => {}
      },
    }
    const client = newClient({ store })
    await quiet()
    hint()
    await quiet()

    client.dispose()
    first.resolve(null)
    await quiet()

    expect(reads).toBe(1)
  })

  it('calls no callback when the session ends afterwards (F60)', async () => {
    const { restore, hold, login, app, clock, inTime, client: newClient } = world()
    login.revoke(restore('refused').accessToken)
    const client = newClient()
    await quiet()
    const release = hold(login.tokenEndpoint)
    const call = client.fetch(url)
    await quiet()
    const heard = app.events.length

    client.dispose()
    release()
    await inTime(Promise.allSettled([call]))
    await clock.advance(20_000)

    expect([app.logouts, app.events.length]).toEqual([[], heard])
  })

  it('does not deliver what was announced before but not told yet (F60)', async () => {
    const { restore, app, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await quiet()
    const heard = app.events.length

    const logout = client.logout()
    client.dispose()
    await Promise.allSettled([logout])
    await quiet()

    expect([app.logouts, app.events.length]).toEqual([[], heard])
  })

  it('never asks for a step-up afterwards', async () => {
    const { restore, resource, hold, inTime, client: newClient } = world()
    restore('fresh')
    let asked = 0
    const client = newClient({
      onStepUp: () => {
        asked++
        return null
      },
    })
    await quiet()
    resource.always(() => unauthorized('Bearer error="insufficient_scope", scope="admin"', { status: 403 }))
    const release = hold(url)
    const call = client.fetch(url)
    await quiet()

    client.dispose()
    release()
    const [outcome] = await inTime(Promise.allSettled([call]))

    expect(asked).toBe(0)
    expect(outcome?.status === 'fulfilled' && outcome.value.status).toBe(403)
  })

  it.each<[string, (client: AuthenticatedClient, tokens: TokenSet) => Promise<unknown>]>([
    ['fetch', (client) => client.fetch(url)],
    ['getAccessToken', (client) => client.getAccessToken()],
    ['refresh', (client) => client.refresh()],
    ['setTokens', (client, tokens) => client.setTokens(tokens)],
    ['logout', (client) => client.logout()],
  ])('rejects a new %s with TypeError', async (_method, call) => {
    const { restore, login, resource, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await quiet()
    const reads = app.reads

    client.dispose()
    const error = await rejection(inTime(call(client, login.signIn())))

    expect(error).toBeInstanceOf(TypeError)
    expect((error as TypeError).message).toMatch(/dispose/i)
    expect([resource.requests.length, login.requests.length, app.saves.length, app.clears]).toEqual([0, 0, 0, 0])
    expect(app.reads).toBe(reads)
  })

  it('may be called twice, at any time; state can still be read and listened to in vain', async () => {
    const { restore, client: newClient } = world()
    restore('fresh')
    const client = newClient()

    client.dispose()
    client.dispose()
    await quiet()
    const unsubscribe = client.subscribe(() => {
      throw new Error('never called')
    })
    unsubscribe()

    expect(Object.isFrozen(client.state)).toBe(true)
  })

  it('stops listening to the store once, however often it is called', async () => {
    const { client: newClient } = world()
    let stops = 0
    const client = newClient({ store: { read: () => null, write: () => true, subscribe: () => () => void stops++ } })
    await quiet()

    client.dispose()
    client.dispose()

    expect(stops).toBe(1)
  })

  it('stops listening to the store', async () => {
    const { client: newClient } = world()
    const listeners = new Set<() => void>()
    let reads = 0
    const client = newClient({
      store: {
        read: () => {
          reads++
          return null
        },
        write: () => true,
        subscribe: (listener) => {
          listeners.add(listener)
          return () => listeners.delete(listener)
        },
      },
    })
    await quiet()
    const [listener] = listeners

    client.dispose()
    const before = reads
    listener?.()
    await quiet()

    expect(listeners.size).toBe(0)
    expect(reads).toBe(before)
  })

  it('leaves no timer behind (I12)', async () => {
    const { restore, hold, login, clock, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient({ refreshAhead: 60_000 })
    await inTime(client.fetch(url))
    const release = hold(login.tokenEndpoint)
    const refresh = client.refresh()
    await quiet()

    client.dispose()
    release()
    await inTime(Promise.allSettled([refresh]))
    await quiet()

    expect(clock.sleeping).toBe(0)
  })
})

describe('a client that nobody disposes of', () => {
  it.each<[string, AuthenticatedClientOptions]>([
    ['at rest', {}],
    ['that refreshes ahead', { refreshAhead: 600_000 }],
  ])('%s has no timer of its own: once its calls have settled, nothing sleeps (F48, I12)', async (_what, options) => {
    const { restore, login, clock, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient(options)
    await inTime(Promise.all([client.fetch(url), client.fetch(url), client.getAccessToken()]))
    login.next(() => json(503, {}))
    await Promise.allSettled([inTime(client.refresh())])
    await inTime(client.logout())

    await clock.advance(15_000)

    expect(clock.sleeping).toBe(0)
  })

  it('calls no listener of a call that was aborted', async () => {
    const { restore, resource, inTime, app, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await inTime(client.fetch(url))
    const answer = deferred()
    resource.next(() => answer.promise.then(() => undefined))
    const controller = new AbortController()

    const call = rejection(client.fetch(url, { signal: controller.signal }))
    controller.abort()
    answer.resolve()

    expect(await call).toMatchObject({ name: 'AbortError' })
    expect(app.logouts).toEqual([])
  })
})

/** A call to an API that answers once its client is disposed of. */
async function disposedBeforeTheAnswer(standing: 'fresh' | 'refused', options: Partial<AuthenticatedClientOptions> = {}) {
  const { restore, hold, client: newClient } = world()
  restore(standing)
  const client = newClient(options)
  await quiet()
  const release = hold(url)
  const call = watch(client.fetch(url))
  await quiet()
  client.dispose()
  release()
  await quiet()
  return call
}
