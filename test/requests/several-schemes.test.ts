import { type AuthScheme, bearer, memoryStore, type TokenSet } from 'authenticated-client'
import { basic } from 'authenticated-client/basic'
import { describe, expect, it } from 'vitest'
import { json, openServer, unauthorized } from '../support/authorization-server'
import { quiet } from '../support/clock'
import { deferred } from '../support/deferred'
import { anonymous, apiOrigin, me, refused, signedIn } from './world'

/** Presents the session's tokens under another auth-scheme. */
function bound(name = 'DPoP'): AuthScheme {
  return {
    name,
    headers: ['authorization'],
    usesTokens: true,
    attach: (request, tokens) => request.setHeader('authorization', `${name} ${tokens?.accessToken}`),
  }
}

/** Has credentials of its own, and presents them without being asked. */
function preemptive(name: string): AuthScheme {
  return { name, headers: ['authorization'], usesTokens: false, attach: (request) => request.setHeader('authorization', `${name} mine`) }
}

/** Has credentials of its own for one realm, and presents them once it is asked. */
function challenged(name: string, realm?: string): AuthScheme {
  let isAsked = false
  return {
    name,
    headers: ['authorization'],
    usesTokens: false,
    attach(request) {
      if (isAsked) request.setHeader('authorization', `${name} ${realm ?? 'mine'}`)
    },
    answer({ params }, { answered }) {
      if (answered || (realm && params.realm !== realm)) return 'return'
      isAsked = true
      return 'replay'
    },
  }
}

/** What an API says to each auth-scheme; to what is not named, the value of `''`. */
function asks(answers: Readonly<Record<string, string | 200>>) {
  return ({ headers }: { readonly headers: Headers }) => {
    const [scheme = ''] = (headers.get('authorization') ?? '').split(' ')
    const answer = answers[scheme] ?? answers[''] ?? 200
    return answer === 200 ? json(200, {}) : unauthorized(answer)
  }
}

describe('before any challenge', () => {
  it('the strongest scheme attaches', async () => {
    const { client, service, authorizations } = await signedIn({ scheme: [preemptive('Strong'), bearer(), preemptive('Weak')] })
    service.always(() => json(200, {}))

    await client.fetch(me)

    expect(authorizations()).toEqual(['Strong mine'])
  })

  it('the next one attaches where the strongest has to be asked, or has nothing to attach', async () => {
    const { client, authorizations } = await anonymous({ scheme: [challenged('Digest'), bearer(), preemptive('Key')] })

    await client.fetch(me)

    expect(authorizations()).toEqual(['Key mine'])
  })

  it.each(['own', 'other'])(
    'a scheme that reads the headers of the caller and adds nothing leaves the turn to the next: %s',
    async (kind) => {
      const own: AuthScheme = {
        ...preemptive('Own'),
        attach({ headers }) {
          if (headers.get('x-kind') === 'own') headers.set('authorization', 'Own mine')
        },
      }
      const { client, authorizations } = await signedIn({ scheme: [own, bearer()] })

      await client.fetch(me, { headers: { 'X-Kind': kind } })

      expect(authorizations()[0]).toBe(kind === 'own' ? 'Own mine' : 'Bearer access-1')
    },
  )

  it('a scheme that takes its time is waited for before the next is tried', async () => {
    const late: AuthScheme = { ...challenged('Late'), attach: () => Promise.resolve() }
    const { client, authorizations } = await signedIn({ scheme: [late, bearer()] })

    await client.fetch(me)

    expect(authorizations()).toEqual(['Bearer access-1'])
  })

  it('a scheme that never answers is waited for as long as any other part, and nothing is sent', async () => {
    const hanging: AuthScheme = { ...bearer(), attach: () => new Promise<void>(() => {}) }
    const { client, clock, service } = await signedIn({ scheme: hanging, refreshTimeout: 5_000 })
    const failures: unknown[] = []
    client.fetch(me).catch((error: unknown) => failures.push(error))

    await clock.advance(4_999)
    const early = [...failures]
    await clock.advance(1)

    expect(early).toEqual([])
    expect(failures).toMatchObject([{ code: 'ERR_REFRESH_UNAVAILABLE', message: 'The scheme did not have its credentials in time' }])
    expect(service.requests).toEqual([])
    expect(client.state.status).toBe('authenticated')
  })

  it.each(['authorization', 'x-key'])("a %s of the caller is the caller's, whichever scheme would set it (row 1, A57)", async (name) => {
    const key: AuthScheme = { ...preemptive('Key'), headers: ['x-key'], attach: (request) => request.setHeader('x-key', 'mine') }
    const { client, service, rows } = await signedIn({ scheme: [bearer(), key] })
    service.next(() => unauthorized(refused))

    const response = await client.fetch(me, { headers: { [name]: 'theirs' } })

    expect(response.status).toBe(401)
    expect(service.requests).toHaveLength(1)
    expect(service.requests[0]?.headers.get(name)).toBe('theirs')
    expect(await rows()).toEqual([1])
  })
})

describe('a challenge', () => {
  it('selects the strongest scheme it names, in whatever order it names them (row 8)', async () => {
    const { client, service, authorizations, rows } = await signedIn({ scheme: [challenged('Digest'), challenged('Basic'), bearer()] })
    service.always(asks({ Digest: 200, '': 'Basic realm="x", bearer, dIGEST realm="x"' }))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(authorizations()).toEqual(['Bearer access-1', 'Digest mine'])
    expect(await rows()).toEqual([8])
  })

  it('passes over a scheme that has no answer to it: the realm decides', async () => {
    const { client, service, authorizations } = await anonymous({ scheme: [challenged('Basic', 'staff'), challenged('Basic', 'guests')] })
    service.always(({ headers }) =>
      headers.get('authorization') === 'Basic guests' ? json(200, {}) : unauthorized('Basic realm="guests"'),
    )

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(authorizations()).toEqual([null, 'Basic guests'])
  })

  it('is answered with tokens where those are what it asks for, and refreshes those that are refused (rows 8, 17)', async () => {
    const { client, service, login, authorizations, rows } = await signedIn({ scheme: [preemptive('Key'), bearer()] })
    login.spoilAccessTokens()
    service.always((request) => (request.headers.get('authorization')?.startsWith('Key') ? unauthorized('Bearer') : undefined))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(authorizations()).toEqual(['Key mine', 'Bearer access-1', 'Bearer access-2'])
    expect(await rows()).toEqual([8, 17])
  })

  it('tries each scheme at most once in a call (row 5)', async () => {
    const { client, service, authorizations, rows } = await signedIn({ scheme: [preemptive('Key'), challenged('Basic'), bearer()] })
    service.always(asks({ Key: 'Basic', Basic: 'Bearer', Bearer: 'Key' }))

    const response = await client.fetch(me)

    expect(response.status).toBe(401)
    expect(authorizations()).toEqual(['Key mine', 'Basic mine', 'Bearer access-1'])
    expect(await rows()).toEqual([8, 8, 5])
  })

  it.each([
    ['a record', { accept: 'text/plain' }],
    ['Headers', new Headers({ accept: 'text/plain' })],
  ])('leaves nothing of the scheme before it where the caller gave %s', async (_, headers) => {
    const key: AuthScheme = { ...preemptive('Key'), headers: ['x-key'], attach: (request) => request.setHeader('x-key', 'mine') }
    const { client, service } = await signedIn({ scheme: [key, bearer()] })
    service.always((request) => (request.headers.has('x-key') ? unauthorized('Bearer') : undefined))

    const response = await client.fetch(me, { headers })

    expect(response.status).toBe(200)
    expect(service.requests.map((sent) => [sent.headers.get('accept'), sent.headers.get('authorization')])).toEqual([
      ['text/plain', null],
      ['text/plain', 'Bearer access-1'],
    ])
  })

  it('leaves no cookies of the scheme before it either (A48)', async () => {
    const cookies: AuthScheme = { ...preemptive('Cookie'), headers: [], attach: (request) => request.setCredentials('include') }
    const { client, service } = await signedIn({ scheme: [cookies, bearer()] })
    service.next(() => unauthorized('Bearer'))

    await client.fetch(me)

    expect(service.requests.map((sent) => [sent.request.credentials, sent.headers.get('authorization')])).toEqual([
      ['include', null],
      ['same-origin', 'Bearer access-1'],
    ])
  })

  it('of schemes that are none of ours is not answered (row 12, A45)', async () => {
    const { client, service, rows } = await signedIn({ scheme: [bearer(), challenged('Digest')] })
    service.always(() => unauthorized('Basic realm="x", Negotiate'))

    const response = await client.fetch(me)

    expect(response.status).toBe(401)
    expect(service.requests).toHaveLength(1)
    expect(await rows()).toEqual([12])
  })

  it("teaches no scheme anything where it came from another's origin (row 1)", async () => {
    const asked: string[] = []
    const elsewhere = openServer('https://elsewhere.example.com')
    elsewhere.always(() => unauthorized('Digest realm="x"'))
    const digest: AuthScheme = {
      ...challenged('Digest'),
      answer(_, { url }) {
        asked.push(url)
        return 'replay'
      },
    }
    const { client } = await signedIn({ scheme: [digest, bearer()], servers: [elsewhere] })

    await client.fetch('https://elsewhere.example.com/')

    expect(asked).toEqual([])
  })

  it('whose credentials were refused gets them no second time because the session was refreshed meanwhile (row 5)', async () => {
    const { client, service, authorizations } = await signedIn({ scheme: [bearer(), basic({ username: 'ada', password: 'wrong' })] })
    service.always(asks({ '': 'Basic realm="api"' }))
    await client.fetch(me)
    const before = authorizations().length
    const refusal = deferred<Response>()
    service.next(() => refusal.promise)

    const call = client.fetch(me)
    await quiet()
    await client.refresh()
    refusal.resolve(unauthorized('Basic realm="api"'))

    expect((await call).status).toBe(401)
    expect(authorizations().slice(before)).toEqual([expect.stringMatching(/^Basic /)])
  })

  it('is answered by the next scheme while there are no tokens for the strongest, though that is asked for as well (row 8)', async () => {
    const { client, service, authorizations } = await anonymous({ scheme: [bearer(), challenged('Digest')] })
    service.always(asks({ Digest: 200, '': 'Bearer, Digest' }))

    const { status } = await client.fetch(me)

    expect(status).toBe(200)
    expect(authorizations()).toEqual([null, 'Digest mine'])
  })

  it('to tokens of a service goes on to be theirs though its store has lost them meanwhile: no weaker scheme takes their place (row 12)', async () => {
    let tokens: TokenSet | null = { accessToken: 'first' }
    const { client, service, authorizations } = await anonymous({
      scheme: [bearer(), challenged('Basic')],
      grant: Object.assign(async () => ({ accessToken: 'second' }), { needs: 'nothing' as const }),
      getTokens: () => tokens,
      saveTokens: (next) => {
        tokens = next
      },
    })
    service.always(({ headers }) => {
      if (headers.get('authorization') !== 'Bearer first') return json(200, {})
      tokens = null
      return unauthorized('Bearer error="invalid_token", Basic')
    })

    await client.fetch(me)

    expect(authorizations()).toEqual(['Bearer first', 'Bearer second'])
  })

  it('of a guest is forgotten once somebody signs in, and again when somebody else does', async () => {
    const { client, login, service, authorizations } = await anonymous({ scheme: [bearer(), challenged('Digest')] })
    service.always(asks({ Digest: 200, Bearer: 200, '': 'Digest' }))
    await client.fetch(me)
    await client.fetch(me)
    await client.setTokens(login.signIn())

    await client.fetch(me)
    await client.logout()
    await client.fetch(me)
    await client.setTokens(login.signIn())
    await client.fetch(me)

    expect(authorizations().map((value) => value?.split(' ')[0] ?? null)).toEqual([null, 'Digest', 'Digest', 'Bearer', 'Digest', 'Bearer'])
  })

  it('is remembered for its origin, and for no other', async () => {
    const other = 'https://other.example.com'
    const server = openServer(other)
    const { client, service, authorizations } = await signedIn({
      scheme: [preemptive('Key'), challenged('Basic')],
      allowedOrigins: [apiOrigin, other],
      servers: [server],
    })
    service.always(asks({ Basic: 200, '': 'Basic' }))
    await client.fetch(me)

    await client.fetch(me)
    await client.fetch(`${other}/x`)

    expect(authorizations()).toEqual(['Key mine', 'Basic mine', 'Basic mine'])
    expect(server.requests[0]?.headers.get('authorization')).toBe('Key mine')
  })

  it('that is missing, after a refusal of what the origin asks for elsewhere, lets the tokens be sent, once (rows 8, 17)', async () => {
    const { client, service, login, authorizations, rows } = await signedIn({ scheme: [bearer(), challenged('Digest')] })
    const isReport = ({ url }: { readonly url: string }): boolean => url.endsWith('/report')
    const isDigest = ({ headers }: { readonly headers: Headers }): boolean => headers.get('authorization') === 'Digest mine'
    service.always((request) => {
      if (isReport(request)) return isDigest(request) ? json(200, {}) : unauthorized('Digest')
      return isDigest(request) ? json(401, {}) : undefined
    })
    await client.fetch(`${apiOrigin}/report`)
    login.spoilAccessTokens()

    const first = await client.fetch(me)
    const second = await client.fetch(me)

    expect([first.status, second.status]).toEqual([200, 200])
    expect(authorizations().slice(2)).toEqual(['Digest mine', 'Bearer access-1', 'Bearer access-2', 'Bearer access-2'])
    expect((await rows()).slice(0, 3)).toEqual([8, 8, 17])
  })

  it('that is missing takes nobody to a weaker scheme', async () => {
    const { client, service, authorizations } = await signedIn({ scheme: [preemptive('Key'), bearer()] })
    service.always(() => json(401, {}))

    const response = await client.fetch(me)

    expect(response.status).toBe(401)
    expect(authorizations()).toEqual(['Key mine'])
  })

  it('is remembered where the body could not be sent again: the next call works (rule 9)', async () => {
    const { client, service, authorizations } = await signedIn({ scheme: [preemptive('Key'), challenged('Basic')] })
    service.always(asks({ Basic: 200, '': 'Basic' }))
    const oneShot = { method: 'POST', body: new Blob(['hello']).stream(), duplex: 'half' } as RequestInit

    const first = await client.fetch(me, oneShot)
    const second = await client.fetch(me)

    expect([first.status, second.status]).toEqual([401, 200])
    expect(authorizations()).toEqual(['Key mine', 'Basic mine'])
  })
})

describe('tokens that are bound to a scheme', () => {
  const dpopBound: TokenSet = { accessToken: 'bound', refreshToken: 'r', tokenType: 'DPoP', expiresAt: Number.MAX_SAFE_INTEGER }

  it.each([
    ['the only scheme', [bearer()]],
    ['the stronger scheme', [bearer(), bound()]],
    ['the weaker scheme', [bound(), bearer()]],
  ])('are never sent as Bearer where that is %s (A47)', async (_, scheme) => {
    const { client, service, authorizations } = await anonymous({ scheme })
    await client.setTokens(dpopBound)
    service.always(() => unauthorized('Bearer error="use_bearer"'))

    const response = await client.fetch(me)

    expect(response.status).toBe(401)
    expect(authorizations().filter((value) => value?.startsWith('Bearer'))).toEqual([])
  })

  it.each(['dpop', 'DPOP'])('are told by their type, whatever its case: %s', async (tokenType) => {
    const { client, authorizations } = await anonymous({ scheme: [bearer(), bound()] })
    await client.setTokens({ ...dpopBound, tokenType })

    await client.fetch(me)

    expect(authorizations()).toEqual(['DPoP bound'])
  })

  it('of a type that is no text are sent all the same, should a store hold them (F44)', async () => {
    const { client, authorizations } = await anonymous({ store: memoryStore({ accessToken: 'odd', tokenType: 5 as unknown as string }) })

    await client.fetch(me)

    expect(authorizations()).toEqual(['Bearer odd'])
  })

  it.each([
    ['alone', undefined],
    ['one of several', [bound(), bearer()]],
  ])('are not sent where no scheme understands their type, be it %s (RFC 6749 §7.1, F17)', async (_, scheme) => {
    const { client, authorizations } = await anonymous({ scheme })
    await client.setTokens({ accessToken: 'keyed', tokenType: 'mac' })

    await client.fetch(me)

    expect(authorizations()).toEqual([null])
  })

  it.each(['Bearer', 'bearer', ''])('are the only scheme’s, whatever that is called, where their type is "%s"', async (tokenType) => {
    const { client, authorizations } = await anonymous({ scheme: { ...bearer(), name: 'Token' } })
    await client.setTokens({ accessToken: 'plain', tokenType })

    await client.fetch(me)

    expect(authorizations()).toEqual(['Bearer plain'])
  })

  it('of no type are the strongest scheme’s, and a challenge takes them no lower (A47)', async () => {
    const { client, service, authorizations, rows } = await anonymous({ scheme: [bound(), bearer()] })
    const { tokenType: _, ...untyped } = dpopBound
    await client.setTokens(untyped)
    service.always(() => unauthorized('Bearer'))

    await client.fetch(me)

    expect(authorizations()).toEqual(['DPoP bound'])
    expect(await rows()).toEqual([12])
  })

  it.each([undefined, 'DPoP'])('stay bound where a grant that refreshes them names no type; theirs is %s', async (tokenType) => {
    const grant = async () => ({ accessToken: 'next', refreshToken: 'r2' })
    const { client, authorizations } = await anonymous({ scheme: bound(), tokenEndpoint: null, clientId: null, grant })
    await client.setTokens({ ...dpopBound, tokenType })

    await client.refresh()
    await client.fetch(me)

    expect(authorizations()).toEqual(['DPoP next'])
  })

  it('are not refreshed to Bearer ones where the only scheme binds them, whatever they were called (RFC 9449 §5)', async () => {
    const { client, login, authorizations } = await anonymous({ scheme: bound() })
    await client.setTokens(login.signIn())

    const failure = client.refresh().catch((error: unknown) => error)
    await quiet()

    expect(await failure).toMatchObject({ name: 'RefreshUnavailableError' })
    await client.fetch(me)
    expect(authorizations()).toEqual(['DPoP access-1'])
  })

  it('are not refreshed to others: such an answer is unusable, and the session stays (A47, F17)', async () => {
    const { client, login, authorizations } = await anonymous({ scheme: [bound(), bearer()] })
    await client.setTokens({ ...login.signIn(), tokenType: 'DPoP' })

    const failure = client.refresh().catch((error: unknown) => error)
    await quiet()

    expect(await failure).toMatchObject({ name: 'RefreshUnavailableError' })
    expect(client.state.status).toBe('authenticated')
    await client.fetch(me)
    expect(authorizations()).toEqual(['DPoP access-1'])
  })
})
