import { memoryStore, type TokenStore } from 'authenticated-client'
import { api, authorizationServer, quiet, testFetch } from 'authenticated-client/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type SessionOptions, sessionClients } from '../../playground/recipes/many-users'

describe('many-users', () => {
  it('the requests of one session share one refresh (F61)', async () => {
    const { login, shop, clientOf } = await manyUsers('ada')
    login.spoilAccessTokens()

    const responses = await Promise.all(Array.from({ length: 5 }, () => clientOf('ada').fetch('/me')))

    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect([login.refreshes, shop.refusals]).toEqual([1, 5])
    expect(clientOf('ada').state.status).toBe('authenticated')
  })

  it('two users share no flight, and neither waits for the other (A39)', async () => {
    const { login, clientOf } = await manyUsers('ada', 'bob')
    login.spoilAccessTokens()
    login.next(() => new Promise(() => {})) // Ada's refresh hangs.

    const hanging = clientOf('ada').fetch('/me')
    hanging.catch(() => {})
    await quiet()
    const response = await clientOf('bob').fetch('/me')

    expect(await response.json()).toMatchObject({ sub: 'bob' })
    expect(login.refreshes).toBe(1)
  })

  it('a session that was forgotten goes on from its store, one that ended is gone (A40)', async () => {
    const { clientOf, forget } = await manyUsers('ada')
    const first = clientOf('ada')

    forget('ada')
    const second = clientOf('ada')
    const { status } = await second.fetch('/me')
    await second.logout()
    await quiet()

    expect(second).not.toBe(first)
    expect(status).toBe(200)
    expect(clientOf('ada')).not.toBe(second)
    expect((await clientOf('ada').fetch('/me')).status).toBe(401)
  })

  it('of a session that is idle nothing stays in memory, and its next request goes on from its store', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    onTestFinished(() => void vi.useRealTimers())
    const { clientOf, subscribers } = await manyUsers('ada', 'bob')
    const ada = clientOf('ada')
    const bob = clientOf('bob')

    vi.setSystemTime(Date.now() + 10 * 60_000)
    const busy = clientOf('ada')
    vi.setSystemTime(Date.now() + 10 * 60_000)
    const stillBusy = clientOf('ada')

    expect([busy === ada, stillBusy === ada, subscribers()]).toEqual([true, true, 1])
    expect(clientOf('bob')).not.toBe(bob)
    expect((await clientOf('bob').fetch('/me')).status).toBe(200)
  })

  it('what a request still asks after its session has ended is answered as for nobody (A40)', async () => {
    const { clientOf } = await manyUsers('ada')
    const held = clientOf('ada')

    await held.logout()
    await quiet()
    const { status } = await held.fetch('/me')

    expect(status).toBe(401)
  })

  it('a session that ended lets go of its store, once no request can have its client any more', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { login, clientOf, subscribers } = await manyUsers('ada', 'bob')
    await Promise.all([clientOf('ada').fetch('/me'), clientOf('bob').fetch('/me')])
    login.revoke(await clientOf('ada').getAccessToken())

    await clientOf('ada').fetch('/me')
    await clientOf('bob').logout()
    await quiet()
    vi.advanceTimersByTime(15 * 60_000)
    await quiet()

    expect(subscribers()).toBe(0)
  })

  it('a session that ended keeps its client for the requests that have it, also where none is ever idle', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const { options, subscribers } = await manyUsers('ada')
    const { clientOf } = sessionClients({ ...options, idleAfter: Number.POSITIVE_INFINITY })
    await clientOf('ada').fetch('/me')

    await clientOf('ada').logout()
    await quiet()
    vi.advanceTimersByTime(60 * 60_000)

    expect(subscribers()).toBe(1)
  })
})

/** A server with reuse detection: a refresh token that is spent twice ends its session. */
async function manyUsers(...users: readonly string[]) {
  const login = authorizationServer({ reuse: 'revoke', overlap: 0 })
  const shop = api({ authorizationServer: login })
  const stores = new Map(users.map((sub) => [sub, memoryStore(login.signIn({ sub }))]))
  const fetch = testFetch(login, shop) as typeof globalThis.fetch
  let subscribers = 0
  const storeOf = (sessionId: string): TokenStore => {
    const store = stores.get(sessionId) ?? memoryStore()
    const subscribe = (listener: () => void) => {
      const unsubscribe = store.subscribe?.(listener)
      subscribers++
      return () => {
        subscribers--
        unsubscribe?.()
      }
    }
    return { ...store, subscribe }
  }
  const options: SessionOptions = { tokenEndpoint: login.tokenEndpoint, clientId: 'web', baseUrl: shop.origin, storeOf, fetch }
  return { login, shop, options, ...sessionClients(options), subscribers: () => subscribers }
}
