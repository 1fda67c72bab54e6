import { getEventListeners } from 'node:events'
import { AuthenticatedClient, memoryStore } from 'authenticated-client'
import { expect, it, onTestFinished } from 'vitest'
import { pooledFetch, realWorld, refuseFirst } from '../requests/real-servers'

// `npm run prove` sets PROVE_CASES.
const prove = Number(process.env.PROVE_CASES ?? 0)
const crowd = prove ? 10_000 : 300
const calls = prove ? 100_000 : 5_000

it(`${crowd} calls at once over 4 connections, whose 401s carry 256 KiB, all succeed with one refresh (F61, F98)`, async () => {
  const fetch = pooledFetch(4)
  onTestFinished(fetch.close)
  const { client, api, refreshes } = await realWorld(refuseFirst('x'.repeat(256 * 1024)), { fetch, refreshTimeout: 600_000 })

  const texts = await Promise.all(Array.from({ length: crowd }, async (_, index) => (await client.fetch(`${api.origin}/${index}`)).text()))

  expect(new Set(texts)).toEqual(new Set(['hello']))
  expect(refreshes()).toBe(1)
}, 600_000)

it(`${calls} calls on one long-lived signal leave no listener on it (F97)`, async () => {
  let current = 0
  const client = new AuthenticatedClient({
    allowedOrigins: ['https://api.example.com'],
    store: memoryStore({ accessToken: 'access-0', refreshToken: 'refresh-0' }),
    grant: async () => ({ accessToken: `access-${current}`, refreshToken: `refresh-${current}` }),
    refreshBudget: false,
    fetch: async (_, init) => {
      const isServed = new Headers(init?.headers).get('authorization') === `Bearer access-${current}`
      return new Response(isServed ? 'hello' : 'refused', { status: isServed ? 200 : 401 })
    },
  })
  const { signal } = new AbortController()
  let most = 0

  for (let done = 0; done < calls; done += 100) {
    if (done % 1_000 === 0) current++
    const wave = Array.from({ length: 100 }, () => client.fetch('https://api.example.com/me', { method: 'POST', body: 'x', signal }))
    most = Math.max(most, getEventListeners(signal, 'abort').length)
    for (const { status } of await Promise.all(wave)) expect(status).toBe(200)
    expect(getEventListeners(signal, 'abort').length).toBe(0)
  }

  expect(most).toBeLessThanOrEqual(200)
}, 600_000)
