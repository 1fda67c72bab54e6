import { AuthenticatedClient, type Lock, type TokenSet } from 'authenticated-client'
import { expect, it } from 'vitest'

it('locks by what the store shows, so that a tab that signed in and one that was restored meet (rule 4, F42)', async () => {
  let stored: TokenSet | null = null
  let rotations = 0
  const names: string[] = []
  const lock: Lock = {
    hold(name, task) {
      names.push(name)
      return task(new AbortController().signal)
    },
  }
  const tab = () =>
    new AuthenticatedClient({
      tokenEndpoint: 'https://login.example.com/token',
      clientId: 'web',
      lock,
      getTokens: () => stored,
      // It keeps no more than it knows: the id that `setTokens` minted is lost.
      saveTokens: ({ accessToken, refreshToken }) => {
        stored = { accessToken, refreshToken }
      },
      fetch: async () =>
        Response.json({ access_token: `access-${++rotations}`, refresh_token: `refresh-${rotations}`, token_type: 'Bearer' }),
    })
  const signedIn = tab()
  await signedIn.setTokens({ accessToken: 'access-0', refreshToken: 'refresh-0' })
  const restored = tab()

  await signedIn.refresh()
  await restored.refresh()

  expect(rotations).toBe(2)
  expect(names[0]).toBe('authenticated-client:["https://login.example.com/token","web",""]')
  expect(names[1]).toBe(names[0])
})
