import { AuthenticatedClient, memoryStore } from 'authenticated-client'
import { api, authorizationServer, type TestAuthorizationServer, testFetch } from 'authenticated-client/testing'
import { describe, expect, it } from 'vitest'
import { type Cut, startCutServer } from './cut-server'

describe('a token exchange that breaks off', () => {
  it.each(['reset', 'end'] as const)(
    'at every byte (%s) never costs the session, inside an overlap window (F2, F4, F14, F29)',
    async (how) => {
      const { client, login, wire, logouts, round } = await start()
      await round()
      const { length } = wire

      for (let after = 0; after < length; after++) {
        login.spoilAccessTokens()
        wire.cut({ after, how })
        expect(await round(), `cut after ${after} of ${length} bytes`).toMatch(/^(200|RefreshUnavailableError)$/)
        // The fault is over, and so is the cool-down.
        expect(await round(), `after a cut at ${after}`).toBe('200')
      }

      expect(length).toBeGreaterThan(150)
      expect(logouts).toEqual([])
      expect(client.state.status).toBe('authenticated')
    },
    60_000,
  )

  it.each([0, 20, 100])('that falls silent after %i bytes is given up at the deadline, and no sooner (F1, F2)', async (after) => {
    const { login, wire, logouts, round } = await start(300)
    await round()
    login.spoilAccessTokens()
    wire.cut({ after, how: 'silence' } satisfies Cut)

    const began = performance.now()
    const first = await round()

    expect(first).toBe('RefreshUnavailableError')
    expect(performance.now() - began).toBeGreaterThan(250)
    expect(await round()).toBe('200')
    expect(logouts).toEqual([])
  })
})

async function start(refreshTimeout = 10_000) {
  let login: TestAuthorizationServer | undefined
  const wire = await startCutServer((origin) => {
    login = authorizationServer({ origin, overlap: 600_000 })
    return login
  })
  if (!login) throw new Error('no server')
  const server = login
  const shop = api({ authorizationServer: server })
  const logouts: string[] = []
  let shift = 0
  const memory = testFetch(shop)
  const client = new AuthenticatedClient({
    tokenEndpoint: server.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: [shop.origin],
    store: memoryStore(),
    refreshBudget: false,
    refreshTimeout,
    // The API is in memory, the token endpoint behind real sockets.
    fetch: (input, init) => (String(input).startsWith(wire.origin) ? fetch(input, init) : memory(input, init)),
    onLogout: ({ reason }) => logouts.push(reason),
    clock: {
      now: () => Date.now() + shift,
      random: () => 0.5,
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(resolve, ms)
          signal?.addEventListener('abort', () => {
            clearTimeout(timer)
            reject(signal.reason)
          })
        }),
    },
  })
  await client.setTokens(server.signIn())
  server.spoilAccessTokens()
  return {
    client,
    login: server,
    wire,
    logouts,
    async round(): Promise<string> {
      shift += 300_001 // Past any cool-down.
      return client.fetch(`${shop.origin}/me`).then(
        ({ status }) => String(status),
        (error: unknown) => String(Object(error).name),
      )
    },
  }
}
