import { createHash } from 'node:crypto'
import { digest } from 'authenticated-client/digest'
import { quiet } from 'authenticated-client/testing'
import { describe, expect, it } from 'vitest'
import { digestCredentials, digestResponse } from '../../src/schemes/digest-response'
import { deferred } from '../support/deferred'
import { type Answer, clientOf, ok, origin, refuse } from './client'

const mufasa = { username: 'Mufasa', password: 'Circle of Life' }

describe('the response of RFC 7616', () => {
  const base = {
    realm: 'http-auth@example.org',
    isUtf8: false,
    nonce: '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v',
    opaque: 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS',
    qop: 'auth',
    userhash: false,
  } as const
  const request = { method: 'GET', uri: '/dir/index.html', count: 1, cnonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ', body: '' }

  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('is that of §3.9.1 for %s', (algorithm, expected) => {
    const credentials = digestCredentials(mufasa, { ...base, algorithm }, request)

    expect(credentials).toContain(`response="${expected}"`)
    expect(credentials).toContain(`username="Mufasa", realm="${base.realm}", nonce="${base.nonce}", uri="/dir/index.html"`)
    expect(credentials).toContain(`algorithm=${algorithm}, qop=auth, nc=00000001, cnonce="${request.cnonce}", opaque="${base.opaque}"`)
  })

  it('hashes the name as §3.9.2 does', () => {
    const user = { username: 'J\u00e4s\u00f8n Doe', password: 'Secret, or not?' }
    const challenge = {
      ...base,
      realm: 'api@example.org',
      algorithm: 'SHA-512-256',
      userhash: true,
      nonce: '5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK',
    }

    const credentials = digestCredentials(user, challenge, {
      ...request,
      uri: '/doe.json',
      cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
    })

    // The values of erratum 4897: the ones in the text were made with another hash.
    expect(credentials).toContain('username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"')
    expect(credentials).toContain('response="3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"')
    expect(credentials).toContain('userhash=true')
  })

  it('is that of RFC 2617 §3.5, and without qop that of RFC 2069', () => {
    const user = { username: 'Mufasa', password: 'Circle Of Life' }
    const challenge = { ...base, realm: 'testrealm@host.com', nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093', algorithm: undefined }
    const old = { ...request, cnonce: '0a4f113b' }

    expect(digestResponse(user, challenge, old, 'GET')).toBe('6629fae49393a05397450978507c4ef1')
    expect(digestResponse(user, { ...challenge, qop: undefined }, old, 'GET')).toBe('670fd8c2df070c60b045671b8b24ff02')
  })

  it.each([
    ['MD5-sess', 'md5'],
    ['SHA-256-sess', 'sha256'],
    ['SHA-512-256-sess', 'sha512-256'],
  ])(
    'makes the session key of %s from nonce and cnonce, and hashes the body for auth-int (§3.4.2, §3.4.3), as another library does',
    (algorithm, name) => {
      const hash = (text: string): string => createHash(name).update(text).digest('hex')
      const { realm, nonce } = base
      const key = hash(`${hash(`Mufasa:${realm}:Circle of Life`)}:${nonce}:${request.cnonce}`)
      const expected = (qop: string, last: string): string => hash(`${key}:${nonce}:00000001:${request.cnonce}:${qop}:${hash(last)}`)

      expect(digestResponse(mufasa, { ...base, algorithm }, request, 'GET')).toBe(expected('auth', 'GET:/dir/index.html'))
      expect(digestResponse(mufasa, { ...base, algorithm, qop: 'auth-int' }, { ...request, body: 'hello' }, 'POST')).toBe(
        expected('auth-int', `POST:/dir/index.html:${hash('hello')}`),
      )
    },
  )

  it.each([
    ['one character for each byte', latin1('réseau'), true],
    ['decoded by the platform (workerd)', 'réseau', true],
    ['decoded beyond Latin-1', '网络', false],
  ])('hashes a realm as UTF-8 where its server does: %s (§4)', (_, realm, isUtf8) => {
    const hash = (text: string): string => createHash('md5').update(text).digest('hex')
    const key = hash(`Mufasa:${realm === '网络' ? realm : 'réseau'}:Circle of Life`)
    const challenge = { ...base, realm, isUtf8, algorithm: undefined }

    const response = digestResponse(mufasa, challenge, request, 'GET')

    expect(response).toBe(hash(`${key}:${base.nonce}:00000001:${request.cnonce}:auth:${hash('GET:/dir/index.html')}`))
  })

  it('hashes a realm by its bytes where its server says no charset, as one in Latin-1 does', () => {
    const hash = (text: string): string => createHash('md5').update(text, 'latin1').digest('hex')
    const key = hash('Mufasa:réseau:Circle of Life')
    const challenge = { ...base, realm: 'réseau', algorithm: undefined }

    const response = digestResponse(mufasa, challenge, request, 'GET')

    expect(response).toBe(hash(`${key}:${base.nonce}:00000001:${request.cnonce}:auth:${hash('GET:/dir/index.html')}`))
  })

  it('escapes what it quotes, and spells a name that is not ASCII by RFC 8187', () => {
    const challenge = { ...base, realm: 'a"b\\c', algorithm: undefined }

    expect(digestCredentials({ username: 'x"y', password: 'p' }, challenge, request)).toContain('username="x\\"y", realm="a\\"b\\\\c"')
    expect(digestCredentials({ username: "J\u00e4's", password: 'p' }, challenge, request)).toContain("username*=UTF-8''J%C3%A4%27s,")
  })
})

describe('digest', () => {
  const withIntegrity = {
    realm: 'r',
    isUtf8: false,
    nonce: 'n',
    opaque: undefined,
    algorithm: undefined,
    qop: 'auth-int',
    userhash: false,
  } as const
  const challenge = 'Digest realm="r", nonce="n1", qop="auth, auth-int", algorithm=SHA-256, opaque="o"'

  it('answers the first challenge, then goes along with a count that only grows', async () => {
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse(challenge), ok)

    expect((await client.fetch('/a?b=c#d')).status).toBe(200)
    await Promise.all([client.fetch('/b'), client.fetch('/c'), client.fetch('/d')])

    const fields = authorizations().map((value) => ({ nc: field(value, 'nc'), uri: field(value, 'uri'), cnonce: field(value, 'cnonce') }))
    expect(fields.map(({ nc }) => nc)).toEqual([undefined, '00000001', '00000002', '00000003', '00000004'])
    expect(fields[1]?.uri).toBe('/a?b=c')
    expect(new Set(fields.slice(1).map(({ cnonce }) => cnonce)).size).toBe(4)
  })

  it.each([
    ['/a b?c d', '/a%20b?c%20d'],
    ['/c/../d', '/d'],
    ['/日本', '/%E6%97%A5%E6%9C%AC'],
    [`${origin}/c/../d/é`, '/d/%C3%A9'],
    [origin, '/'],
    ['/items?', '/items'], // As Node 22 sends it.
    ['/items?q=what?', '/items?q=what?'],
  ])('names as its uri what is sent: for %s that is %s (§3.4)', async (input, uri) => {
    const { client, authorizations, requests } = clientOf({ scheme: digest(mufasa) }, refuse(challenge), ok)

    expect((await client.fetch(input)).status).toBe(200)

    expect(field(authorizations()[1], 'uri')).toBe(uri)
    expect(requests[1]?.url.replace(/#.*/, '')).toBe(origin + uri)
  })

  it('uses no count twice with one nonce where several first calls were given it', async () => {
    let bare = 0
    // Each challenge comes when the one before it has been answered.
    const answer: Answer = async (request) => {
      if (request.headers.has('authorization')) return ok(request)
      for (let turns = bare++; turns > 0; turns--) await quiet()
      return refuse(challenge)(request)
    }
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, answer)

    await Promise.all(['/a', '/b', '/c'].map((path) => client.fetch(path)))

    const counts = authorizations().flatMap((value) => field(value, 'nc') ?? [])
    expect(counts.sort()).toEqual(['00000001', '00000002', '00000003'])
  })

  it('answers each challenge by itself where several calls begin at once: a server may take a nonce no more than once', async () => {
    const taken = new Set<string>()
    const waiting: (() => void)[] = []
    // All challenges come in one moment.
    const allHaveCome = (): Promise<void> =>
      new Promise((resolve) => {
        if (waiting.push(resolve) === 4) for (const go of waiting) go()
      })
    const answer: Answer = async (request) => {
      const nonce = field(request.headers.get('authorization'), 'nonce')
      if (nonce && !taken.has(nonce)) {
        taken.add(nonce)
        return ok(request)
      }
      const next = waiting.length
      if (!nonce) await allHaveCome()
      return refuse(`Digest realm="r", nonce="n${next}", qop="auth"${nonce ? ', stale=true' : ''}`)(request)
    }
    const { client, requests } = clientOf({ scheme: digest(mufasa) }, answer)

    const responses = await Promise.all(['/a', '/b', '/c', '/c'].map((path) => client.fetch(path)))

    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(requests).toHaveLength(8)
  })

  describe('where a server takes each nonce once', () => {
    it('uses that of a replay in no other call before it was answered: a replay has no second try', async () => {
      const { answer, held } = takesOnce({ stale: true })
      const { client, requests } = clientOf({ scheme: digest(mufasa) }, answer)
      const slow = []
      for (const path of ['/slow', '/slow']) {
        slow.push(client.fetch(path))
        await quiet()
      }

      const other = await client.fetch('/b')

      for (const go of held) go()
      expect([other, ...(await Promise.all(slow))].map(({ status }) => status)).toEqual([200, 200, 200])
      expect(requests).toHaveLength(6)
    })

    it('uses the next nonce in one call at a time, and goes on in each of them without being asked again', async () => {
      const { answer } = takesOnce({ next: true })
      const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, answer)
      await client.fetch('/a')
      const both = () => Promise.all(['/b', '/b'].map((path) => client.fetch(path)))

      const statuses = [...(await both()), ...(await both()), ...(await both())].map(({ status }) => status)

      expect(statuses).toEqual(Array(6).fill(200))
      const nonces = authorizations().map((value) => field(value, 'nonce'))
      expect(nonces.filter((nonce) => !nonce)).toHaveLength(2)
      expect(new Set(nonces).size).toBe(1 + 7)
    })
  })

  it('tries again with another nonce where one was refused that a later one had replaced, as after a replay that broke off', async () => {
    let issued = 0
    let breaks = true
    const { client } = clientOf({ scheme: digest(mufasa) }, (request) => {
      const value = request.headers.get('authorization')
      if (value && breaks) {
        breaks = false
        throw new TypeError('fetch failed')
      }
      // One nonce is good at a time, and nothing says that one was too old.
      return value && field(value, 'nonce') === `n${issued}`
        ? ok(request)
        : refuse(`Digest realm="r", nonce="n${++issued}", qop="auth"`)(request)
    })
    await client.fetch('/a').catch(() => {})

    const statuses = [await client.fetch('/a'), await client.fetch('/b'), await client.fetch('/b')].map(({ status }) => status)

    expect(statuses).toEqual([200, 200, 200])
  })

  it('tries again for a Request with a body that has taken the nonce of another call', async () => {
    const taken = new Set<string | undefined>()
    const released = deferred()
    let issued = 0
    const { client } = clientOf({ scheme: digest(mufasa) }, async (request) => {
      const value = request.headers.get('authorization')
      const nonce = field(value, 'nonce')
      const isTaken = taken.has(nonce)
      taken.add(nonce)
      if (!value || isTaken) return refuse(`Digest realm="r", nonce="n${++issued}", qop="auth"`)(request)
      if (request.url.endsWith('/slow')) await released.promise
      return ok(request)
    })
    const slow = client.fetch('/slow')
    await quiet()

    const other = await client.fetch(new Request(`${origin}/b`, { method: 'POST', body: 'x' }))
    released.resolve()

    expect([other, await slow].map(({ status }) => status)).toEqual([200, 200])
  })

  it('answers for a body that goes out only once from its second call on, whatever became of the first one', async () => {
    const { client } = clientOf({ scheme: digest(mufasa) }, (request) =>
      request.headers.has('authorization') ? ok(request) : refuse(challenge)(request),
    )
    const upload = (): Promise<Response> =>
      client.fetch('/upload', { method: 'POST', body: new Blob(['order']).stream(), duplex: 'half' } as RequestInit)

    const statuses = [await upload(), await upload(), await upload()].map(({ status }) => status)

    expect(statuses).toEqual([401, 200, 200])
  })

  it('says no count twice of a nonce that is the next one of another call', async () => {
    let nonce = 'n1'
    const released = deferred()
    const taken = new Set<string>()
    const { client } = clientOf({ scheme: digest(mufasa) }, async (request) => {
      const value = request.headers.get('authorization')
      const now = nonce
      if (request.url.endsWith('/late') && !value) await released.promise
      if (!value) return refuse(`Digest realm="r", nonce="${now}", qop="auth"`)(request)
      if (request.url.endsWith('/slow')) await released.promise
      const use = `${field(value, 'nonce')} ${field(value, 'nc')}`
      if (taken.has(use)) return refuse(`Digest realm="r", nonce="${nonce}", qop="auth"`)(request)
      taken.add(use)
      const info = `nextnonce="${nonce}", cnonce="${field(value, 'cnonce')}", nc=${field(value, 'nc')}`
      return Response.json({}, { headers: { 'authentication-info': info } })
    })
    const slow = client.fetch('/slow')
    await quiet()
    nonce = 'n2'
    const late = client.fetch('/late')
    await quiet()
    const other = await client.fetch('/b')
    released.resolve()

    expect([other, await slow, await late].map(({ status }) => status)).toEqual([200, 200, 200])
    expect(new Set(taken).size).toBe(3)
  })

  it('needs no second request where an Authentication-Info is about no request of ours', async () => {
    const { client, requests } = clientOf({ scheme: digest(mufasa) }, (request) =>
      request.headers.has('authorization')
        ? Response.json({}, { headers: { 'authentication-info': 'nextnonce="n2", cnonce="of somebody else", nc=00000001' } })
        : refuse(challenge)(request),
    )

    for (const path of ['/a', '/b', '/c']) await client.fetch(path)

    expect(requests).toHaveLength(4)
  })

  it('uses a nonce in all calls as soon as its first one was answered, and not before: also where a redirect led elsewhere', async () => {
    const elsewhere: Answer = (request) => {
      if (!request.headers.has('authorization')) return refuse(challenge)(request)
      return new Response('', { headers: { 'x-from': 'elsewhere' } })
    }
    const sent: (string | null)[] = []
    const { client } = clientOf({
      scheme: digest(mufasa),
      fetch: async (input, init) => {
        const request = new Request(input, init)
        sent.push(request.headers.get('authorization'))
        const response = await elsewhere(request)
        return Object.defineProperty(response, 'url', { value: response.ok ? 'https://cdn.example/' : request.url })
      },
    })

    for (const path of ['/a', '/b']) await client.fetch(path)

    expect(sent.map((value) => field(value, 'nc'))).toEqual([undefined, '00000001', '00000002'])
  })

  it('goes along to what the domain names alone, and out bare elsewhere (RFC 7616 §3.3)', async () => {
    const named = refuse(`${challenge}, domain="/a/ ${origin}/b https://other.example/"`)
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, named, ok)

    for (const path of ['/a/1', '/a/2', '/b?c', '/a', '/a/../c']) await client.fetch(path)

    expect(authorizations().map((value) => field(value, 'uri'))).toEqual([undefined, '/a/1', '/a/2', '/b?c', undefined, undefined])
  })

  it('goes along within the domain with the next nonce, too', async () => {
    const next: Answer = () => new Response('', { headers: { 'authentication-info': 'nextnonce="n2"' } })
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse(`${challenge}, domain="/a"`), next)

    for (const path of ['/a', '/a', '/b']) await client.fetch(path)

    expect(authorizations().map((value) => field(value, 'nonce'))).toEqual([undefined, 'n1', 'n2', undefined])
  })

  it.each(['', ' ', '/elsewhere', 'http://backend.internal/', 'http://['])(
    'goes along everywhere on the origin with the domain %j',
    async (domain) => {
      const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse(`${challenge}, domain="${domain}"`), ok)

      for (const path of ['/a', '/b']) await client.fetch(path)

      expect(authorizations().map((value) => field(value, 'uri'))).toEqual([undefined, '/a', '/b'])
    },
  )

  describe('where an origin has two realms', () => {
    /** `/a` is of the realm `a`, `/b` of `b`. */
    const twoRealms: Answer = (request) => {
      const realm = new URL(request.url).pathname.slice(1)
      return field(request.headers.get('authorization'), 'realm') === realm
        ? ok(request)
        : refuse(`Digest realm="${realm}", nonce="of-${realm}", qop="auth"`)(request)
    }

    it('proves the password to each, one after the other, and counts on with the nonce of each', async () => {
      const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, twoRealms)

      const statuses = []
      for (const path of ['/a', '/b', '/a']) statuses.push((await client.fetch(path)).status)

      expect(statuses).toEqual([200, 200, 200])
      expect(authorizations().map((value) => value && `${field(value, 'nonce')} ${field(value, 'nc')}`)).toEqual([
        null,
        'of-a 00000001',
        'of-a 00000002',
        'of-b 00000001',
        'of-b 00000002',
        'of-a 00000003',
      ])
    })

    it('answers none in vain where their domains part them', async () => {
      const parted: Answer = async (request) => {
        const { status, headers } = await twoRealms(request)
        const own = `${headers.get('www-authenticate')}, domain="${new URL(request.url).pathname}"`
        return status === 401 ? refuse(own)(request) : ok(request)
      }
      const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, parted)

      for (const path of ['/a', '/b', '/a', '/b']) await client.fetch(path)

      const realms = authorizations().map((value) => field(value, 'realm'))
      expect(realms).toEqual([undefined, 'a', undefined, 'b', 'a', 'b'])
    })

    it('proves it to both at once', async () => {
      const { client } = clientOf({ scheme: digest(mufasa) }, twoRealms)

      const responses = await Promise.all(['/a', '/b', '/a', '/b'].map((path) => client.fetch(path)))

      expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    })

    it('still stops at a realm that refuses it', async () => {
      const closed: Answer = (request) => (request.url.endsWith('/a') ? twoRealms(request) : refuse('Digest realm="b", nonce="n"')(request))
      const { client, requests } = clientOf({ scheme: digest(mufasa) }, closed)
      await client.fetch('/a')

      const statuses = [(await client.fetch('/b')).status, (await client.fetch('/b')).status]

      expect(statuses).toEqual([401, 401])
      expect(requests).toHaveLength(5) // Two for /a; for /b as the realm `a`, as `b`, and as `b` again.
    })
  })

  it('acts on no challenge that contradicts itself, not even in the next call', async () => {
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse('Digest realm="r", nonce="n1", nonce="n2"'))

    await client.fetch('/a')
    await client.fetch('/a')

    expect(authorizations()).toEqual([null, null])
  })

  it('replaces a stale nonce by the new one, once in a call at most', async () => {
    const stale = 'Digest realm="r", nonce="n2", qop="auth", STALE=TRUE'
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse(challenge), ok, refuse(stale), ok, refuse(stale))
    await client.fetch('/a')

    expect((await client.fetch('/b')).status).toBe(200)
    expect((await client.fetch('/c')).status).toBe(401)

    expect(authorizations().map((value) => field(value, 'nonce'))).toEqual([undefined, 'n1', 'n1', 'n2', 'n2', 'n2'])
  })

  it('stops when what it proved was refused', async () => {
    const { client, requests } = clientOf({ scheme: digest(mufasa) }, refuse(challenge))

    expect((await client.fetch('/a')).status).toBe(401)

    expect(requests).toHaveLength(2)
  })

  it('answers the first challenge that it supports, of several in order of preference (RFC 7616 §3.7)', async () => {
    const several =
      'Digest realm="r", nonce="x", algorithm=SHA3-256, Digest realm="r", nonce="y", algorithm=SHA-512-256, qop="auth", Digest realm="r", nonce="z", qop="auth"'
    const all = clientOf({ scheme: digest(mufasa) }, refuse(several), ok)
    const weak = clientOf({ scheme: digest(mufasa, { algorithms: ['md5'] }) }, refuse(several), ok)

    await all.client.fetch('/a')
    await weak.client.fetch('/a')

    expect(field(all.authorizations()[1], 'nonce')).toBe('y')
    expect(field(weak.authorizations()[1], 'nonce')).toBe('z')
  })

  it.each([
    'Digest realm="r", nonce="x", algorithm=SHA3-256',
    'Digest realm="r", nonce="x", qop="other"',
    'Digest realm="r"',
    'Basic realm="r"',
  ])('leaves %s unanswered', async (unknown) => {
    const { client, requests } = clientOf({ scheme: digest(mufasa) }, refuse(unknown))

    expect((await client.fetch('/a')).status).toBe(401)
    expect(requests).toHaveLength(1)
  })

  it('hashes the body for auth-int, where it can be read twice', async () => {
    const integrity = 'Digest realm="r", nonce="n", qop="auth-int"'
    const { client, authorizations, requests } = clientOf({ scheme: digest(mufasa) }, refuse(integrity), ok)

    await client.fetch('/a', { method: 'POST', body: 'hello' })

    const sent = authorizations()[1]
    const request = { method: 'POST', uri: '/a', count: 1, cnonce: field(sent, 'cnonce') ?? '', body: 'hello' }
    expect(field(sent, 'response')).toBe(digestResponse(mufasa, withIntegrity, request, 'POST'))
    expect(await requests[1]?.text()).toBe('hello')
  })

  it.each<[string, RequestInit | Request]>([
    ['none', { method: 'POST' }],
    ['an empty one', { method: 'POST', body: '' }],
    ['an empty one over that of a Request', new Request(`${origin}/a`, { method: 'POST', body: 'x' })],
    ['none in a Request', new Request(`${origin}/a`, { method: 'POST' })],
  ])('hashes for auth-int also where a body is empty: %s', async (name, given) => {
    const integrity = 'Digest realm="r", nonce="n", qop="auth-int"'
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse(integrity), ok)

    const inputs: Parameters<typeof fetch> = given instanceof Request ? [given, name.includes('over') ? { body: '' } : {}] : ['/a', given]
    await client.fetch(...inputs)

    const sent = authorizations()[1]
    const request = { method: 'POST', uri: '/a', count: 1, cnonce: field(sent, 'cnonce') ?? '', body: '' }
    expect(field(sent, 'response')).toBe(digestResponse(mufasa, withIntegrity, request, 'POST'))
  })

  it('uses the next nonce from Authentication-Info, counting anew (RFC 7616 §3.5)', async () => {
    const next: Answer = ({ headers }) => {
      const cnonce = field(headers.get('authorization'), 'cnonce')
      return new Response('{}', { headers: { 'authentication-info': `nextnonce="n2", cnonce="${cnonce}", nc=00000001` } })
    }
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse(challenge), next, ok)
    await client.fetch('/a')

    await client.fetch('/b')

    expect([field(authorizations()[2], 'nonce'), field(authorizations()[2], 'nc')]).toEqual(['n2', '00000001'])
  })

  it('takes no nonce from another origin, to which a redirect has led', async () => {
    const seen: (string | null)[] = []
    const { client } = clientOf({
      scheme: digest(mufasa),
      fetch: async (input, init) => {
        const request = new Request(input, init)
        if (seen.push(request.headers.get('authorization')) === 1) return refuse(challenge)(request)
        const answer = Response.json({}, { headers: { 'authentication-info': 'nextnonce="evil"' } })
        return Object.defineProperty(answer, 'url', { value: 'https://evil.example/' })
      },
    })

    for (const path of ['/a', '/b']) await client.fetch(path)

    expect(seen.map((value) => field(value, 'nonce'))).toEqual([undefined, 'n1', 'n1'])
  })

  it('takes the next nonce also where the response says a relative url (a mock)', async () => {
    const sent: (string | null)[] = []
    const { client } = clientOf({
      scheme: digest(mufasa),
      fetch: async (input, init) => {
        const request = new Request(input, init)
        if (sent.push(request.headers.get('authorization')) === 1) return refuse(challenge)(request)
        return Object.defineProperty(Response.json({}, { headers: { 'authentication-info': 'nextnonce="n2"' } }), 'url', { value: '/a' })
      },
    })

    for (const path of ['/a', '/b']) await client.fetch(path)

    expect(sent.map((value) => field(value, 'nonce'))).toEqual([undefined, 'n1', 'n2'])
  })

  it.each([
    ['Büro', 'Büro', 200],
    ['Büro', latin1('Büro'), 200], // As `Headers` gives it, one character for each byte.
    ['Büro', 'Haus', 401],
  ])('answers for the realm %s a challenge of %j: %i', async (realm, given, status) => {
    const { client } = clientOf({ scheme: digest(mufasa, { realm }) }, refuse(`Digest realm="${given}", nonce="n1", charset="UTF-8"`), ok)

    expect((await client.fetch('/a')).status).toBe(status)
  })

  it.each(['', ' '])('answers a challenge whose qop is %j as one without', async (qop) => {
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse(`Digest realm="r", nonce="n1", qop="${qop}"`), ok)

    expect((await client.fetch('/a')).status).toBe(200)
    expect(authorizations()[1]).not.toContain('qop')
  })

  it('uses the next nonce also where the server does not repeat which request it is about', async () => {
    const next: Answer = () => new Response('{}', { headers: { 'authentication-info': 'nextnonce="n2"' } })
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse(challenge), next, ok)
    await client.fetch('/a')

    await client.fetch('/b')

    expect([field(authorizations()[2], 'nonce'), field(authorizations()[2], 'nc')]).toEqual(['n2', '00000001'])
  })

  it('goes on using next nonces that name no request, also after an answer that had none', async () => {
    let good = 'n1'
    let made = 1
    const next = (): string => {
      good = `n${++made}`
      return good
    }
    const answer: Answer = ({ headers }) =>
      field(headers.get('authorization'), 'nonce') === good
        ? new Response('{}', { headers: { 'authentication-info': `nextnonce="${next()}"` } })
        : refuse(`Digest realm="r", nonce="${next()}", qop="auth", stale=true`)(new Request(origin))
    const { client, requests } = clientOf({ scheme: digest(mufasa) }, answer)
    await client.fetch('/a')
    next() // Gone, with the server's memory.
    await client.fetch('/b')
    const sent = requests.length

    await client.fetch('/c')

    expect(requests.length - sent).toBe(1)
  })

  it.each(['n1', 'n2'])('makes one key for a session, which stays where %s is the next nonce (RFC 7616 §3.4.2)', async (nonce) => {
    const session = 'Digest realm="r", nonce="n1", qop="auth", algorithm=MD5-sess'
    const hash = (text: string): string => createHash('md5').update(text).digest('hex')
    const keyOf = (cnonce: string): string => hash(`${hash('Mufasa:r:Circle of Life')}:n1:${cnonce}`)
    const proof = (key: string, value: string | null, method: string): string => {
      const [of, nc, cnonce] = ['nonce', 'nc', 'cnonce'].map((name) => field(value, name))
      return hash(`${key}:${of}:${nc}:${cnonce}:auth:${hash(`${method}:${field(value, 'uri')}`)}`)
    }
    let key = ''
    const answer: Answer = (request) => {
      const value = request.headers.get('authorization')
      const cnonce = field(value, 'cnonce') ?? ''
      // As a server that keeps the key alone, and knows no password any more.
      key ||= keyOf(cnonce)
      if (field(value, 'response') !== proof(key, value, 'GET')) return refuse(session)(request)
      const info = `nextnonce="${nonce}", rspauth="${proof(key, value, '')}", cnonce="${cnonce}", nc=${field(value, 'nc')}`
      return new Response('{}', { headers: { 'authentication-info': info } })
    }
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse(session), answer)

    const statuses = []
    for (const path of ['/a', '/b', '/c']) statuses.push((await client.fetch(path)).status)

    expect(statuses).toEqual([200, 200, 200])
    const counts = nonce === 'n1' ? ['00000001', '00000002', '00000003'] : ['00000001', '00000001', '00000002']
    expect(
      authorizations()
        .slice(1)
        .map((value) => field(value, 'nc')),
    ).toEqual(counts)
  })

  it('goes on counting where the next nonce is the current one', async () => {
    const next: Answer = ({ headers }) => {
      const cnonce = field(headers.get('authorization'), 'cnonce')
      return new Response('{}', { headers: { 'authentication-info': `nextnonce="n1", cnonce="${cnonce}", nc=00000001` } })
    }
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse(challenge), next)
    await client.fetch('/a')

    await client.fetch('/b')

    expect(authorizations().map((value) => field(value, 'nc'))).toEqual([undefined, '00000001', '00000002'])
  })

  it('takes nothing from a server that can not prove itself (rspauth)', async () => {
    const impostor: Answer = ({ headers }) => {
      const cnonce = field(headers.get('authorization'), 'cnonce')
      return new Response('{}', { headers: { 'authentication-info': `nextnonce="evil", rspauth="00", cnonce="${cnonce}"` } })
    }
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse(challenge), impostor, ok)
    await client.fetch('/a')

    await client.fetch('/b')

    expect(authorizations()[2]).toBeNull()
  })

  it('knows which request a proof is about where a session has counted to the same number under two nonces', async () => {
    const hash = (text: string): string => createHash('md5').update(text).digest('hex')
    const held: (() => void)[] = []
    const answer: Answer = async (request) => {
      const value = request.headers.get('authorization')
      if (!value) return refuse('Digest realm="r", nonce="n1", qop="auth", algorithm=MD5-sess')(request)
      const [of, nc, cnonce, uri] = ['nonce', 'nc', 'cnonce', 'uri'].map((name) => field(value, name))
      const key = hash(`${hash('Mufasa:r:Circle of Life')}:n1:${cnonce}`)
      const proof = hash(`${key}:${of}:${nc}:${cnonce}:auth:${hash(`:${uri}`)}`)
      if (uri === '/slow') await new Promise<void>((resolve) => held.push(resolve))
      const next = uri === '/next' ? 'nextnonce="n2", ' : ''
      return new Response('{}', { headers: { 'authentication-info': `${next}rspauth="${proof}", cnonce="${cnonce}", nc=${nc}` } })
    }
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, answer)
    await client.fetch('/a')
    const slow = [client.fetch('/slow')] // The second of n1.
    await quiet()
    for (const path of ['/next', '/b']) await client.fetch(path)
    slow.push(client.fetch('/slow')) // The second of n2.
    await quiet()

    for (const go of held) go()
    await Promise.all(slow)
    await client.fetch('/c')

    const sent = authorizations().map((value) => value && `${field(value, 'nonce')} ${field(value, 'nc')}`)
    expect(sent.slice(4)).toEqual(['n2 00000001', 'n2 00000002', 'n2 00000003'])
  })

  it('does not judge a proof about the body of the response (auth-int), and takes the next nonce', async () => {
    const integrity = 'Digest realm="r", nonce="n1", qop="auth-int"'
    const proved: Answer = ({ headers }) => {
      const cnonce = field(headers.get('authorization'), 'cnonce')
      const info = `qop=auth-int, nextnonce="n2", rspauth="about the body", cnonce="${cnonce}", nc=00000001`
      return new Response('{}', { headers: { 'authentication-info': info } })
    }
    const { client, authorizations } = clientOf({ scheme: digest(mufasa) }, refuse(integrity), proved, ok)
    await client.fetch('/a')

    await client.fetch('/b')

    expect(authorizations().map((value) => field(value, 'nonce'))).toEqual([undefined, 'n1', 'n2'])
  })

  it('says which scheme was given no password where it is asked for one', async () => {
    const { client } = clientOf({ scheme: digest(async () => ({ username: 'u' }) as never) }, refuse(challenge))

    await expect(client.fetch('/a')).rejects.toThrow(/^digest needs credentials/)
  })

  it('refuses an unknown algorithm at once, rather than leave every challenge unanswered', () => {
    expect(() => digest(mufasa, { algorithms: ['SHA256'] })).toThrow(TypeError)
    expect(() => digest(mufasa, { algorithms: ['sha-256-sess', 'MD5'] })).not.toThrow()
  })

  it('shows the password in no event', async () => {
    const { client, events } = clientOf({ scheme: digest({ username: 'u', password: 'canary' }) }, refuse(challenge), ok)
    await client.fetch('/a')

    const text = JSON.stringify(await events())
    expect(text).toContain('Digest')
    expect(text).not.toContain('canary')
  })
})

/**
 * A server that takes each nonce once. It thinks about `/slow` until `held` are called; with `next` it tells the next nonce with each answer,
 * with `stale` it says of what was taken that it is too old.
 */
function takesOnce({ next = false, stale = false }) {
  const open = new Set<string>()
  const held: (() => void)[] = []
  let issued = 0
  const nonce = (): string => {
    const made = `n${++issued}`
    open.add(made)
    return made
  }
  const answer: Answer = async (request) => {
    const value = request.headers.get('authorization')
    if (value && request.url.endsWith('/slow')) await new Promise<void>((resolve) => held.push(resolve))
    if (!open.delete(field(value, 'nonce') ?? '')) {
      return refuse(`Digest realm="r", nonce="${nonce()}", qop="auth"${value && stale ? ', stale=true' : ''}`)(request)
    }
    const info = `cnonce="${field(value, 'cnonce')}", nc=${field(value, 'nc')}`
    return Response.json({}, next ? { headers: { 'authentication-info': `nextnonce="${nonce()}", ${info}` } } : {})
  }
  return { answer, held }
}

/** UTF-8 as `Headers` gives it: one character for each byte. */
function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}

function field(authorization: string | null | undefined, name: string): string | undefined {
  const [, quoted, plain] = new RegExp(`[ ,]${name}=(?:"([^"]*)"|([^,]+))`).exec(authorization ?? '') ?? []
  return quoted ?? plain
}
