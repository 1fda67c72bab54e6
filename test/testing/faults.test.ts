import { AuthenticatedClient } from 'authenticated-client'
import { api, authorizationServer, type FaultName, fault, faultNames, testClock, testFetch } from 'authenticated-client/testing'
import { describe, expect, it } from 'vitest'

/** Answers that are lost after the server has acted: a strict server then refuses the token that the client still has. */
const lost = (name: FaultName): boolean => name.startsWith('lost-')

describe('a fault at the token endpoint', () => {
  it.each(faultNames())('%s ends no session, and the call after it succeeds', async (name) => {
    const { client, login, shop, clock, logouts } = await signedIn()
    login.always(fault(name))

    const failed = client.fetch(`${shop.origin}/me`).catch((error: unknown) => error)
    await clock.advance(11_000)
    expect(await failed).toMatchObject({ name: name === 'invalid-client' ? 'TokenEndpointError' : 'RefreshUnavailableError' })

    login.always(undefined)
    await clock.advance(300_000)
    const after = client.fetch(`${shop.origin}/me`)
    await clock.advance(11_000)

    expect((await after).status).toBe(200)
    expect(logouts).toEqual([])
  })

  it('is asked past at once where it leaves no answer, and no other', async () => {
    const askedTwice: FaultName[] = []
    for (const name of faultNames()) {
      const { client, login, shop, clock } = await signedIn()
      login.next(fault(name))

      const call = client.fetch(`${shop.origin}/me`).catch(() => {})
      await clock.advance(11_000)
      await call

      if (login.tokenRequests.length > 1) askedTwice.push(name)
    }

    expect(askedTwice).toEqual(['network-error', 'lost-answer'])
  })

  it('refuses a name that none of them has, at once', () => {
    expect(() => fault('hnag' as FaultName)).toThrow(/hnag/)
  })

  it.each(faultNames().filter(lost))('%s is survived by a strict server only where the rotation can still be read', async (name) => {
    const { client, login, shop, clock, logouts } = await signedIn({ overlap: 0 })
    login.next(fault(name))

    const call = client.fetch(`${shop.origin}/me`).catch((error: unknown) => error)
    await clock.advance(11_000)
    await call
    await clock.advance(300_000)
    await client.fetch(`${shop.origin}/me`).catch(() => {})

    expect(logouts).toEqual(['refresh_rejected'])
    expect(login.reuses).toBe(1)
  })
})

async function signedIn({ overlap = 1_000_000 } = {}) {
  const clock = testClock()
  const login = authorizationServer({ clock, overlap })
  const shop = api({ authorizationServer: login })
  const logouts: string[] = []
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: [shop.origin],
    fetch: testFetch(login, shop),
    onLogout: ({ reason }) => logouts.push(reason),
    clock,
  })
  await client.setTokens(login.signIn())
  login.spoilAccessTokens()
  return { client, login, shop, clock, logouts }
}
