import { describe, expect, it } from 'vitest'
import { json, unauthorized } from '../support/authorization-server.ts'
import { calls, jwt, type Setting, shown, signedIn, url, type World } from './signed-in.ts'

const hours = 3_600_000
const years = 365 * 24 * hours

describe('a lifetime', () => {
  it('is measured from when the token was first seen where another tab has saved no expiresAt, even on a device whose clock is ahead (rule 12, F47)', async () => {
    const { client, clock, login, resource, app, inTime } = await serving()
    const seconds = Math.round((clock.now() - hours) / 1000)
    await inTime(client.fetch(url))
    const rotated = jwt({ sid: 's', iat: seconds, exp: seconds + 300 })
    app.tokens = { accessToken: rotated, refreshToken: 'theirs' }

    await inTime(client.fetch(url))

    expect(login.tokenRequests).toHaveLength(0)
    expect(shown(resource).at(-1)).toBe(rotated)
  })

  it('is over where the app says 0, which does not mean unknown', async () => {
    const { client, login, resource, inTime } = await signedIn({ stored: { expiresAt: 0 } })

    await inTime(client.fetch(url))

    expect(login.tokenRequests).toHaveLength(1)
    expect(shown(resource)).toEqual(['access-2'])
  })

  it('is unknown where a grant gives its end in seconds, not milliseconds: that makes no loop of refreshes, and a 401 decides (F21, rule 12)', async () => {
    let granted = 0
    const { client, clock, login, resource, inTime } = await signedIn({
      standing: 'expired',
      grant: async () => {
        granted++
        return { ...login.signIn(), expiresAt: Math.floor(clock.now() / 1000) + 3600 }
      },
    })

    for (let call = 0; call < 5; call++) await inTime(client.fetch(url))

    expect([granted, shown(resource).length]).toEqual([1, 5])
  })

  it('is unknown where the app keeps its end in seconds, not milliseconds: the token is sent as it is', async () => {
    const { client, login, first, resource, inTime } = await signedIn({ stored: { expiresAt: 1_768_478_400 } })

    await inTime(client.fetch(url))

    expect([login.tokenRequests.length, shown(resource)]).toEqual([0, [first.accessToken]])
  })

  it('is measured from receipt by expires_in, whatever the JWT and the Date say (rule 12, F28)', async () => {
    const { client, clock, login, inTime } = await signedIn()
    const accessToken = jwt({ iat: 1, exp: 2 })
    login.next(() => json(200, { access_token: accessToken, expires_in: 600 }, { Date: new Date(clock.now() + 5 * hours).toUTCString() }))

    await inTime(client.refresh())

    expect(client.state).toMatchObject({ expiresAt: clock.now() + 600_000 })
  })

  for (const [name, offset] of [
    ['is right', 0],
    ['is 5 hours behind', 5 * hours],
    ['is 5 hours ahead', -5 * hours],
    ['thinks it is 1970', 50 * years],
  ] as const) {
    it(`is exp − iat of a JWT where the server says nothing, also on a device whose clock ${name} (rule 12, F47)`, async () => {
      const { client, clock, login, resource, inTime } = await serving()
      const serverSeconds = Math.round((clock.now() + offset) / 1000)
      login.always(() => json(200, { access_token: jwt({ iat: serverSeconds, exp: serverSeconds + 600, n: login.requests.length }) }))
      await inTime(client.refresh())

      const { state } = client
      await clock.advance(500_000)
      await inTime(client.fetch(url))
      const inside = login.tokenRequests.length
      await clock.advance(90_000)
      await inTime(client.fetch(url))

      expect(state).toMatchObject({ expiresAt: clock.now() - 590_000 + 600_000 })
      expect(inside).toBe(1)
      expect(login.tokenRequests).toHaveLength(2)
      expect(resource.requests).toHaveLength(2)
    })
  }

  for (const [name, claims] of [
    ['is the other way round', { iat: 2000, exp: 1000 }],
    ['has no iat', { exp: 4_000_000_000 }],
    ['has no iat and is long over', { exp: 1000 }],
    ['took no time', { iat: 1000, exp: 1000 }],
    ['has no exp', { iat: 1000 }],
    ['is in words', { iat: 'now', exp: 'later' }],
    ['is negative', { iat: -10, exp: -5 }],
    ['is beyond every number', { iat: 0, exp: 1e300 }],
    ['is null', { iat: null, exp: null }],
  ] as const) {
    it(`that a JWT claims makes no loop where it ${name}, and the 401 decides (A44, F21, rule 12)`, async () => {
      const { client, clock, login, resource, inTime } = await serving()
      login.always(() => json(200, { access_token: jwt({ ...claims, n: login.requests.length }) }))
      await inTime(client.refresh())

      for (let call = 0; call < 10; call++) await inTime(client.fetch(url))
      const quietly = login.tokenRequests.length
      resource.next(() => unauthorized('Bearer error="invalid_token"'))
      const response = await inTime(client.fetch(url))
      await clock.advance(1000)

      expect(quietly).toBeLessThanOrEqual(2)
      expect(response.status).toBe(200)
      expect(login.tokenRequests).toHaveLength(quietly + 1)
    })
  }

  for (const [value, seconds] of [
    [3600, 3600],
    ['3600', 3600],
    [3600.5, 3600.5],
    [31_536_000, 31_536_000],
  ] as const) {
    it(`of ${JSON.stringify(value)} is taken for what it says (F21)`, async () => {
      const { client, clock, login, inTime } = await signedIn()
      login.next(() => json(200, { access_token: 'access-2', expires_in: value }))

      await inTime(client.refresh())

      expect(client.state).toMatchObject({ expiresAt: expect.closeTo(clock.now() + seconds * 1000, -3) })
    })
  }

  for (const value of [
    '31536001',
    '-1',
    '0',
    'null',
    '"abc"',
    '""',
    '1e21',
    'true',
    '[3600]',
    '{}',
    '1e999',
    '-1e999',
    '"3600s"',
    '" "',
    '"0x10"',
  ]) {
    it(`of ${value} is unknown: the token is sent, and the 401 decides (F21)`, async () => {
      const { client, login, resource, clock, inTime } = await serving()
      login.next(() => new Response(`{"access_token":"access-2","token_type":"Bearer","expires_in":${value}}`))

      await inTime(client.refresh())
      for (let call = 0; call < 3; call++) await inTime(client.fetch(url))
      await clock.advance(24 * hours)
      await inTime(client.fetch(url))

      expect(client.state).toMatchObject({ status: 'authenticated' })
      expect((client.state as { expiresAt?: number }).expiresAt).toBeUndefined()
      expect(shown(resource)).toEqual(Array(4).fill('access-2'))
      expect(login.tokenRequests).toHaveLength(1)
    })
  }

  it('is not inherited: the old expiry does not outlive the old token (F21)', async () => {
    const { client, login, clock, inTime } = await serving({ standing: 'expired' })
    login.always(() => json(200, { access_token: `access-${login.requests.length + 1}` }))

    await inTime(client.fetch(url))
    await clock.advance(hours)
    await inTime(client.fetch(url))

    expect(login.tokenRequests).toHaveLength(1)
  })
})

describe('a token just received', () => {
  it('is never spent for the calls that waited for it, though saving took longer than it lives (rule 12)', async () => {
    const { client, clock, login, resource, inTime } = await serving({
      standing: 'expired',
      saving: async (_next, save) => {
        await clock.sleep(900)
        save()
      },
    })
    login.always(() => json(200, { access_token: `access-${login.requests.length + 1}`, refresh_token: 'r', expires_in: 0.5 }))

    const responses = await inTime(Promise.all(calls(client, 20)))

    expect(responses.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(login.tokenRequests).toHaveLength(1)
    expect(new Set(shown(resource))).toEqual(new Set(['access-2']))
  })

  it('is never spent for them though the clock jumps a year meanwhile (rule 12, F47)', async () => {
    const { client, clock, login, resource, inTime } = await serving({
      standing: 'expired',
      saving: (_next, save) => {
        clock.jump(years)
        save()
      },
    })

    await inTime(Promise.all(calls(client, 5)))

    expect(login.tokenRequests).toHaveLength(1)
    expect(new Set(shown(resource))).toEqual(new Set(['access-2']))
  })

  it('is never spent for a replay, either (rule 12)', async () => {
    const { client, clock, login, resource, inTime } = await signedIn({
      standing: 'refused',
      saving: (_next, save) => {
        clock.jump(years)
        save()
      },
    })

    await inTime(client.fetch(url))

    expect(login.tokenRequests).toHaveLength(1)
    expect(shown(resource)).toEqual(['access-1', 'access-2'])
  })

  it('is given by getAccessToken though it lives for less than a second (rule 12)', async () => {
    const { client, login, inTime } = await signedIn({ standing: 'expired' })
    login.always(() => json(200, { access_token: 'short', expires_in: 0.001 }))

    expect(await inTime(client.getAccessToken())).toBe('short')
    expect(login.tokenRequests).toHaveLength(1)
  })
})

describe('a restored set without expiresAt', () => {
  it('takes exp of its JWT as a hint: an old one is refreshed before the first send (rule 12)', async () => {
    const { client, login, resource, inTime } = await restored(-hours)

    await inTime(client.fetch(url))

    expect(shown(resource)).toEqual(['access-2'])
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('takes that hint once: on a device whose clock is 10 years ahead it refreshes once, and not with every call (rule 12, F47)', async () => {
    const { client, login, clock, inTime } = await restored(-10 * years)
    const serverNow = (): number => Math.round(clock.now() / 1000) - (10 * years) / 1000
    login.always(() => json(200, { access_token: jwt({ iat: serverNow(), exp: serverNow() + 3600, n: login.requests.length }) }))

    for (let call = 0; call < 20; call++) await inTime(client.fetch(url))

    expect(login.tokenRequests).toHaveLength(1)
  })

  it('is sent where its JWT claims to be good', async () => {
    const { client, login, resource, inTime } = await restored(hours)

    await inTime(client.fetch(url))

    expect(login.tokenRequests).toHaveLength(0)
    expect(resource.requests).toHaveLength(1)
  })

  it('believes the 401 and not the JWT (rule 12, A44)', async () => {
    const { client, login, resource, inTime } = await restored(100 * years)
    resource.next(() => unauthorized('Bearer error="invalid_token"'))

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('is sent where its token is no JWT, or one that cannot be read (F21, A44)', async () => {
    for (const accessToken of ['opaque', 'a.b.c', 'eyJhbGciOiJub25lIn0.bm90IGpzb24.x', '..', jwt({ exp: 'soon' })]) {
      const { client, login, resource, inTime } = await serving({ stored: { accessToken, expiresAt: undefined } })

      await inTime(client.fetch(url))

      expect(login.tokenRequests, accessToken).toHaveLength(0)
      expect(shown(resource)).toEqual([accessToken])
    }
  })
})

describe('a clock that jumps', () => {
  for (const [name, jump] of [
    ['10 years ahead', 10 * years],
    ['10 years back', -10 * years],
    ['an hour ahead', hours],
    ['an hour back', -hours],
  ] as const) {
    it(`${name} costs one refresh at most, and every call succeeds (F47)`, async () => {
      const { client, clock, login, inTime } = await serving()
      await inTime(client.refresh())

      clock.jump(jump)
      const statuses = []
      for (let call = 0; call < 10; call++) statuses.push((await inTime(client.fetch(url))).status)

      expect(statuses).toEqual(Array(10).fill(200))
      expect(login.tokenRequests.length).toBeLessThanOrEqual(2)
    })
  }

  it('to and fro with every call costs no more than a refresh each, and never a loop (F47)', async () => {
    const { client, clock, login, resource, inTime } = await serving()

    for (let call = 0; call < 10; call++) {
      clock.jump(call % 2 ? -2 * hours : 2 * hours)
      await inTime(client.fetch(url))
    }

    expect(resource.requests).toHaveLength(10)
    expect(login.tokenRequests.length).toBeLessThanOrEqual(10)
  })

  it('back does not keep the cool-down closed for longer than 5 minutes of its own time (F47, F6)', async () => {
    const { client, clock, login, inTime } = await signedIn({ standing: 'expired' })
    login.next(() => json(503, {}))
    await inTime(client.fetch(url).catch(() => {}))

    clock.jump(-10 * years)
    await clock.advance(300_001)
    const response = await inTime(
      client.fetch(url).then(
        ({ status }) => status,
        (error: { code: string }) => error.code,
      ),
    )

    expect(response).toBe(200)
  })

  it('back does not keep the budget spent for ever (F47, row 15)', async () => {
    const { client, clock, login, resource, inTime } = await signedIn()
    resource.always(() => unauthorized('Bearer error="invalid_token"'))
    for (let call = 0; call < 6; call++) await inTime(client.fetch(url))
    const spent = login.tokenRequests.length

    clock.jump(-10 * years)
    await clock.advance(60_000)
    resource.always(undefined)
    login.spoilAccessTokens()
    const response = await inTime(client.fetch(url))

    expect(spent).toBe(5)
    expect(response.status).toBe(200)
  })

  it('over a token that lives for 60 days sets no timer (F48)', async () => {
    const { client, clock, login, inTime } = await signedIn({ expiresIn: 60 * 86_400, refreshAhead: 1000 })

    await inTime(client.refresh())
    await inTime(client.fetch(url))
    const sleeping = clock.sleeping
    await clock.advance(59 * 24 * hours)
    await inTime(client.fetch(url))

    expect(sleeping).toBe(0)
    expect(login.tokenRequests).toHaveLength(1)
  })
})

/** An API that serves every token: expiry is the client's own business here. */
async function serving(setting: Setting = {}): Promise<World> {
  const world = await signedIn(setting)
  world.resource.always(() => json(200, {}))
  return world
}

/** A session from an earlier start whose set says nothing but a JWT that ends so much from now, by the clock of the device. */
async function restored(untilExpiry: number): Promise<World> {
  const now = 1_700_000_000
  return serving({ stored: { accessToken: jwt({ iat: 1, exp: now + untilExpiry / 1000 }), expiresAt: undefined } })
}
