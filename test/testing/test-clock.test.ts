import { AuthenticatedClient, memoryStore } from 'authenticated-client'
import { api, authorizationServer, testClock, testFetch } from 'authenticated-client/testing'
import { expect, it, vi } from 'vitest'

it('gives two users who sign in at the same moment sessions of their own: none is answered as the other', async () => {
  const clock = testClock()
  const login = authorizationServer({ clock })
  const shop = api({ authorizationServer: login })
  const options = { tokenEndpoint: login.tokenEndpoint, clientId: 'web', allowedOrigins: [shop.origin], fetch: testFetch(login, shop) }
  const store = memoryStore()
  const [one, other] = [0, 1].map(() => new AuthenticatedClient({ ...options, clock, store })) as [AuthenticatedClient, AuthenticatedClient]
  await one.setTokens(login.signIn({ sub: 'ada' }))
  shop.next(async () => {
    await other.setTokens(login.signIn({ sub: 'bob' }))
    return new Response(null, { status: 401 })
  })

  const response = await one.fetch(`${shop.origin}/transfer`, { method: 'POST', body: 'from ada' })

  expect(response.status).toBe(401)
  expect(shop.requests).toHaveLength(1)
})

it('moves time where there is no MessageChannel, as under Jest with jsdom', async () => {
  const clock = testClock()
  let isOver = false
  const sleep = clock.sleep(10).then(() => clock.sleep(10))
  sleep.then(() => {
    isOver = true
  })
  vi.stubGlobal('MessageChannel', undefined)

  await clock.advance(20).finally(() => vi.unstubAllGlobals())

  expect(isOver).toBe(true)
})

it('gives the same numbers in every run, until a test says what chance gives', () => {
  const [one, other] = [testClock(), testClock()]

  const numbers = [one.random(), one.random(), one.random()]
  one.chance(0.25)

  expect([other.random(), other.random(), other.random()]).toEqual(numbers)
  expect(new Set(numbers).size).toBe(3)
  expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
  expect([one.random(), one.random()]).toEqual([0.25, 0.25])
})
