import { AuthenticatedClient } from 'authenticated-client'
import { explainTo } from 'authenticated-client/diagnose'
import { api, authorizationServer, quiet, type RefusalName, testFetch } from 'authenticated-client/testing'
import { describe, expect, it } from 'vitest'

describe('explainTo', () => {
  it.each([
    ['insufficient-scope', /does not reach this far/],
    ['invalid-request', /malformed/],
    ['foreign-scheme', /asks for Basic|does not say|without saying|carried no/],
  ] as const)('prints one block for a 401 that is handed back: %s', async (refusal, expected) => {
    const { client, shop, printed, login } = await start(refusal)
    login.spoilAccessTokens()

    await client.fetch(`${shop.origin}/me?secret=canary`)
    await quiet()

    expect(printed).toHaveLength(1)
    expect(printed[0]).toMatch(/^401 GET https:\/\/api\.example\.com\/me\n/)
    expect(printed[0]).toMatch(expected)
    expect(printed[0]).not.toMatch(/canary|access-/)
  })

  it('says nothing of what was cured, nor of what worked', async () => {
    const { client, shop, printed, login } = await start('invalid-token')
    login.spoilAccessTokens()

    await client.fetch(`${shop.origin}/me`)
    await client.fetch(`${shop.origin}/me`)
    await quiet()

    expect(printed).toEqual([])
  })

  it('explains a refresh that was refused', async () => {
    const { client, shop, printed, login } = await start('invalid-token')
    login.spoilAccessTokens()
    login.revoke('refresh-1')

    await client.fetch(`${shop.origin}/me`)
    await quiet()

    expect(printed.join('\n')).toMatch(/The refresh token was refused: the session is over/)
  })
})

async function start(refusal: RefusalName) {
  const login = authorizationServer()
  const shop = api({ authorizationServer: login, refusal })
  const printed: string[] = []
  const client = new AuthenticatedClient({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: [shop.origin],
    fetch: testFetch(login, shop),
    onEvent: explainTo({ warn: (text) => printed.push(text) }),
  })
  await client.setTokens(login.signIn())
  return { client, login, shop, printed }
}
