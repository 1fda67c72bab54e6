import { AuthenticatedClient, bearer, RefreshUnavailableError, type TokenSet } from 'authenticated-client'
import { expect, it } from 'vitest'
import { testClock } from '../support/clock.ts'

it('a refresh presents nothing after its deadline, even where reading the store before the second attempt took too long (rule 6)', async () => {
  const clock = testClock()
  let tokens: TokenSet = { accessToken: 'access-1', refreshToken: 'refresh-1', expiresAt: clock.now() - 1 }
  let presented = 0
  const client = new AuthenticatedClient({
    baseUrl: 'https://api.example.com',
    clock,
    refreshTimeout: 10_000,
    getTokens: async () => {
      if (presented > 0) await clock.sleep(2_000)
      return tokens
    },
    saveTokens: (next) => {
      tokens = next
    },
    grant: async () => {
      presented++
      // A second one would never answer, nor listen to its deadline.
      if (presented > 1) await new Promise(() => {})
      await clock.sleep(9_000)
      throw new RefreshUnavailableError('no answer', { answered: false })
    },
  })

  const call = client.fetch('/me').catch((error: unknown) => error)
  await clock.advance(30_000)

  expect(await Promise.race([call, Promise.resolve('still waiting')])).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  expect(presented).toBe(1)
})

it('a refresh sends nothing after its deadline where the proof of a scheme took too long, and fetch looks at no signal (rule 6)', async () => {
  const clock = testClock()
  const sent: unknown[] = []
  const client = new AuthenticatedClient({
    tokenEndpoint: 'https://login.example.com/token',
    clientId: 'web',
    clock,
    refreshTimeout: 10_000,
    scheme: { ...bearer(), tokenRequest: () => clock.sleep(20_000) },
    fetch: async (input) => {
      sent.push(input)
      return Response.json({ access_token: 'access-2', refresh_token: 'refresh-2', token_type: 'Bearer' })
    },
  })
  await client.setTokens({ accessToken: 'access-1', refreshToken: 'refresh-1' })

  const refresh = client.refresh().catch((error: unknown) => error)
  await clock.advance(60_000)

  expect(await refresh).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  expect(sent).toEqual([])
})
