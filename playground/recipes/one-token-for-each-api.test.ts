import { expect, it } from 'vitest'
import { authorizationServer, network, openServer } from '../../test/support/authorization-server'
import { apisOf } from './one-token-for-each-api'

it('asks for one token for each API, and sends it there', async () => {
  const login = authorizationServer()
  const [files, mail] = [openServer('https://files.example.com'), openServer('https://mail.example.com')]
  const { session, ...apis } = apisOf({
    tokenEndpoint: login.tokenEndpoint,
    clientId: 'web',
    allowedOrigins: ['https://api.example.com'],
    fetch: network(login, files, mail),
  })
  await session.setTokens(login.signIn())

  await Promise.all([apis.files.fetch('/a'), apis.files.fetch('/b'), apis.mail.fetch('/send', { method: 'POST' })])

  const asked = await Promise.all(login.tokenRequests.map(async ({ text }) => new URLSearchParams(await text).get('resource')))
  const sent = [...files.requests, ...mail.requests].map(({ headers }) => headers.get('authorization'))
  expect(asked.sort()).toEqual(['https://files.example.com', 'urn:example:mail'])
  expect(new Set(sent).size).toBe(2)
  expect(login.reuses).toBe(0)
})
