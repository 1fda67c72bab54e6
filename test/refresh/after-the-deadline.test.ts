import { AuthenticatedClient, RefreshUnavailableError, type TokenSet } from 'authenticated-client'
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
