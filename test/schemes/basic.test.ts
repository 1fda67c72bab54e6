import { AuthenticatedClient } from 'authenticated-client'
import { basic } from 'authenticated-client/basic'
import { describe, expect, it } from 'vitest'
import { type Answer, clientOf, ok, origin, refuse } from './client'

const credentials = { username: 'Aladdin', password: 'open sesame' }
const header = 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' // RFC 7617 §2.

describe('basic', () => {
  it('sends user name and password at once, as RFC 7617 §2 shows', async () => {
    const { client, authorizations } = clientOf({ scheme: basic(credentials) })

    await client.fetch('/me')

    expect(authorizations()).toEqual([header])
  })

  it('sends them as UTF-8 (RFC 7617 §2.1), in normal form C', async () => {
    const { client, authorizations } = clientOf({ scheme: basic({ username: 'test', password: '123£' }) })
    const decomposed = clientOf({ scheme: basic({ username: 'test', password: 'e\u0301' }) })

    await client.fetch('/me')
    await decomposed.client.fetch('/me')

    expect(authorizations()).toEqual(['Basic dGVzdDoxMjPCow=='])
    expect(decomposed.authorizations()).toEqual([`Basic ${Buffer.from('test:\u00e9').toString('base64')}`])
  })

  it('does not send again what was refused', async () => {
    const { client, authorizations } = clientOf({ scheme: basic(credentials) }, refuse('Basic realm="x"'))

    expect((await client.fetch('/me')).status).toBe(401)

    expect(authorizations()).toEqual([header])
  })

  it('waits for a challenge where it is told to, then is sent below the path that asked (RFC 7617 §2.2)', async () => {
    const scheme = basic(credentials, { preemptive: false })
    const { client, authorizations } = clientOf({ scheme }, refuse('Basic realm="x", charset="UTF-8"'), ok)

    const response = await client.fetch('/docs/one?x=/y/')
    await client.fetch('/docs/two/three')
    await client.fetch('/elsewhere')

    expect(response.status).toBe(200)
    expect(authorizations()).toEqual([null, header, header, null])
  })

  it.each([`${origin}/docs/../elsewhere`, `${origin}/docs/%2e%2E/elsewhere`, `${origin}/docs/..\\elsewhere`])(
    'knows that %s is not below /docs/',
    async (url) => {
      const { client, authorizations } = clientOf({ scheme: basic(credentials, { preemptive: false }) }, refuse('Basic realm="x"'), ok)
      await client.fetch('/docs/one')

      await client.fetch(url)

      expect(authorizations()).toEqual([null, header, null])
    },
  )

  it.each([`${origin}/one/../docs/two`, origin])('goes along below the path that asked, however that was spelled: %s', async (url) => {
    const { client, authorizations } = clientOf({ scheme: basic(credentials, { preemptive: false }) }, refuse('Basic realm="x"'), ok)
    await client.fetch(url)

    await client.fetch('/docs/three')

    expect(authorizations()).toEqual([null, header, header])
  })

  it('knows the last hundred paths that asked, so that many fill no memory', async () => {
    const answer: Answer = (request) => (request.headers.has('authorization') ? Response.json({}) : refuse('Basic realm="x"')(request))
    const { client, authorizations } = clientOf({ scheme: basic(credentials, { preemptive: false }) }, answer)
    for (let n = 0; n <= 100; n++) await client.fetch(`/docs-${n}/one`)

    await client.fetch('/docs-1/two')
    const known = authorizations().slice(-1)
    await client.fetch('/docs-0/two')

    expect([...known, ...authorizations().slice(-2)]).toEqual([header, null, header])
  })

  it('answers challenges of its own realm only', async () => {
    const scheme = basic(credentials, { preemptive: false, realm: 'staff' })
    const other = clientOf({ scheme }, refuse('Basic realm="customers"'), ok)
    const own = clientOf({ scheme }, refuse('basic REALM=staff'), ok)

    expect([(await other.client.fetch('/me')).status, (await own.client.fetch('/me')).status]).toEqual([401, 200])
    expect(other.authorizations()).toEqual([null])
  })

  it.each([
    ['one character for each byte', Buffer.from('Büro').toString('latin1')],
    ['decoded by the platform (workerd)', 'Büro'],
  ])('knows its own realm beyond ASCII as `Headers` gives it: %s', async (_, realm) => {
    const scheme = basic(credentials, { preemptive: false, realm: 'Büro' })
    const { client } = clientOf({ scheme }, refuse(`Basic realm="${realm}", charset="UTF-8"`), ok)

    expect((await client.fetch('/me')).status).toBe(200)
  })

  it('answers no other scheme, and never leaves the allowed origins (A45, A1)', async () => {
    const { client, authorizations } = clientOf({ scheme: basic(credentials, { preemptive: false }) }, refuse('Bearer, Negotiate'))

    await client.fetch('/me')
    await client.fetch('https://elsewhere.example.com/me')

    expect(authorizations()).toEqual([null, null])
  })

  it('asks for the current credentials before every send', async () => {
    let password = 'one'
    const { client, authorizations } = clientOf({ scheme: basic(async () => ({ username: 'u', password })) })

    await client.fetch('/me')
    password = 'two'
    await client.fetch('/me')

    expect(authorizations()).toEqual([`Basic ${btoa('u:one')}`, `Basic ${btoa('u:two')}`])
  })

  it.each([{ username: 'u' }, { username: 'u', password: null }, undefined])(
    'sends nothing where it is asked for them and given %j',
    async (wrong) => {
      for (const scheme of [basic(() => wrong as never), basic(async () => wrong as never)]) {
        const { client, requests } = clientOf({ scheme })

        await expect(client.fetch('/me')).rejects.toThrow(/^basic needs credentials/)

        expect(requests).toEqual([])
      }
    },
  )

  it.each([
    [{ username: 'a:b', password: 'x' }],
    [{ username: 'a', password: 'x\n' }],
    [{ username: 'a\u007f', password: 'x' }],
    [{ username: 'a' } as never],
    ['a:b' as never],
  ])('refuses %j at once, and does not repeat the password', (wrong) => {
    expect(() => basic(wrong)).toThrow(TypeError)
    expect(() => basic(wrong)).toThrow(/^basic/)
  })

  it('needs no token endpoint', () => {
    expect(() => new AuthenticatedClient({ baseUrl: origin, scheme: basic(credentials) })).not.toThrow()
  })
})
