import { describe, expect, it, vi } from 'vitest'
import { json } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { calls, rejection, shown, signedIn, url, type World } from './signed-in.ts'

const minutes = 60_000

describe('the cool-down', () => {
  it('rejects later calls at once, without a token request and without sending them (row 14)', async () => {
    const { client, login, resource, inTime } = await down('expired')
    const opened = await rejection(inTime(client.fetch(url)))

    const errors = await Promise.all(calls(client, 100).map(rejection))

    for (const error of errors) {
      expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', retryAt: (opened as { retryAt: number }).retryAt })
    }
    expect(login.tokenRequests).toHaveLength(1)
    expect(resource.requests).toHaveLength(0)
  })

  it('rejects a call whose 401 comes inside it, though its token was not over (row 14, F64)', async () => {
    const { client, login, resource, inTime } = await down('refused')
    await rejection(inTime(client.fetch(url)))

    const error = await rejection(inTime(client.fetch(url), 50))

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(shown(resource)).toEqual(['access-1', 'access-1'])
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('lets calls through at once while the access token is still good', async () => {
    const { client, login, resource, inTime } = await down('nearly spent')
    await inTime(client.fetch(url))

    const responses = await Promise.all(calls(client, 10))

    expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(resource.requests).toHaveLength(11)
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('rejects refresh() and getAccessToken() at once as well: nobody presents the token inside it (rule 6)', async () => {
    const { client, login, inTime } = await down('expired')
    await rejection(inTime(client.refresh()))

    const errors = await Promise.all([rejection(client.refresh()), rejection(client.getAccessToken())])

    expect(errors).toMatchObject([{ code: 'ERR_REFRESH_UNAVAILABLE' }, { code: 'ERR_REFRESH_UNAVAILABLE' }])
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('lasts about a second the first time, until retryAt', async () => {
    const { client, clock, login, inTime } = await down('expired')
    clock.chance(0.999)
    const retryAt = await failure(client.fetch(url), inTime)
    const length = retryAt - clock.now()

    await clock.advance(retryAt - clock.now() - 1)
    await rejection(client.fetch(url))
    const inside = login.tokenRequests.length
    login.always(undefined)
    await clock.advance(2)
    const response = await inTime(client.fetch(url))

    expect(length).toBeGreaterThan(400)
    expect(length).toBeLessThanOrEqual(2000)
    expect(inside).toBe(1)
    expect(response.status).toBe(200)
  })

  it.each([
    ['', 'https://app.example.com/'],
    [", in an app's web view", 'capacitor://localhost/'],
    [', in a frame of its own text', 'about:srcdoc'],
    [', in a worker of its own text', 'blob:https://app.example.com/1f0c'],
  ])('is over once the network is back, but for what a server has asked for (F56)%s', async (_, href) => {
    const page = new EventTarget()
    vi.stubGlobal('location', { href })
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
    try {
      const { client, login, clock, inTime } = await down('expired')
      clock.chance(0.999)
      await coolDowns(6, { client, clock, inTime })
      await rejection(inTime(client.fetch(url)))
      login.always(undefined)
      const before = login.tokenRequests.length
      page.dispatchEvent(new Event('online'))
      const response = await inTime(client.fetch(url))

      const asked = await down('expired', 429, () => '60')
      await rejection(asked.inTime(asked.client.fetch(url)))
      page.dispatchEvent(new Event('online'))
      await rejection(asked.client.fetch(url))

      expect([response.status, login.tokenRequests.length - before, asked.login.tokenRequests.length]).toEqual([200, 1, 1])
    } finally {
      vi.unstubAllGlobals()
    }
  })

  it('doubles with every failure in a row, up to 5 minutes', async () => {
    const { client, clock, inTime } = await down('expired')
    clock.chance(0.999)

    const lengths = await coolDowns(14, { client, clock, inTime })

    for (const [index, length] of lengths.entries()) {
      expect(length).toBeLessThanOrEqual(5 * minutes)
      const previous = lengths[index - 1]
      if (previous !== undefined && previous < 140_000) expect(length / previous).toBeCloseTo(2, 0)
    }
    expect(lengths.at(-1)).toBeGreaterThan(4 * minutes)
  })

  it('is spread by chance, so that a thousand clients do not come back together (full jitter)', async () => {
    const lengthsWith = async (chance: number): Promise<number[]> => {
      const { client, clock, inTime } = await down('expired')
      clock.chance(chance)
      return coolDowns(6, { client, clock, inTime })
    }

    const [short, middle, long] = [await lengthsWith(0.1), await lengthsWith(0.5), await lengthsWith(0.95)]

    expect(short.at(-1)).toBeLessThan((middle.at(-1) ?? 0) / 2)
    expect(middle.at(-1)).toBeLessThan((long.at(-1) ?? 0) * 0.75)
  })

  it('is a pause even where chance says none', async () => {
    const { client, clock, login, inTime } = await down('expired')
    clock.chance(0)
    const length = (await failure(client.fetch(url), inTime)) - clock.now()

    await rejection(inTime(client.fetch(url), 0))

    expect(length).toBeGreaterThanOrEqual(100)
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('begins at about a second again after a success', async () => {
    const { client, clock, login, inTime } = await down('expired')
    clock.chance(0.999)
    await coolDowns(5, { client, clock, inTime })
    login.always(undefined)
    await clock.advance(5 * minutes)
    await inTime(client.refresh())

    login.always(() => json(503, {}))
    const retryAt = await failure(client.refresh(), inTime)

    expect(retryAt - clock.now()).toBeLessThanOrEqual(2000)
  })

  it('is opened by a misconfiguration too', async () => {
    const { client, login, inTime } = await signedIn({ standing: 'expired' })
    login.next(() => json(401, { error: 'invalid_client' }))

    const first = await rejection(inTime(client.fetch(url)))
    const second = await rejection(client.fetch(url))

    expect([first, second]).toMatchObject(Array(2).fill({ code: 'ERR_TOKEN_ENDPOINT', error: 'invalid_client' }))
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('goes on for a session that comes back after somebody else has signed in, and does not hold for somebody else (I2, I11)', async () => {
    const { client, login, app, inTime } = await signedIn({ standing: 'expired', sessionId: 'alice-1' })
    login.next(() => json(429, {}, { 'Retry-After': '60' }))
    const retryAt = await failure(client.fetch(url), inTime)

    await client.setTokens({ ...login.signIn(), expiresAt: 1 })
    const response = await inTime(client.fetch(url))
    app.tokens = { ...login.signIn(), expiresAt: 1, sessionId: 'alice-1' }
    const error = await rejection(inTime(client.fetch(url)))

    expect(response.status).toBe(200)
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', retryAt })
    expect(login.tokenRequests).toHaveLength(2)
  })

  it('is kept for a session that was left before the server answered, should it come back (I2)', async () => {
    const { client, login, app, inTime } = await signedIn({ standing: 'expired', sessionId: 'alice-1' })
    const answer = deferred<Response>()
    login.next(() => answer.promise)
    const left = rejection(inTime(client.fetch(url)))
    await quiet()

    await client.setTokens(login.signIn())
    answer.resolve(json(429, {}, { 'Retry-After': '60' }))
    await left
    app.tokens = { ...login.signIn(), expiresAt: 1, sessionId: 'alice-1' }
    const error = await rejection(inTime(client.fetch(url)))

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', retryAt: expect.any(Number) })
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('says in the events until when it lasts', async () => {
    const { client, app, inTime } = await down('expired')

    const retryAt = await failure(client.fetch(url), inTime)

    expect(app.events).toContainEqual(
      expect.objectContaining({ type: 'refresh-ended', outcome: 'unavailable', error: expect.objectContaining({ retryAt }) }),
    )
  })

  it('needs no timer: nothing sleeps while it lasts', async () => {
    const { client, clock, inTime } = await down('expired')

    await rejection(inTime(client.fetch(url)))

    expect(clock.sleeping).toBe(0)
  })
})

describe('Retry-After', () => {
  for (const status of [429, 503]) {
    it(`in seconds is waited for (${status}; F6)`, async () => {
      const { client, clock, login, inTime } = await down('expired', status, () => '120')

      const retryAt = await failure(client.fetch(url), inTime)
      const length = retryAt - clock.now()
      await clock.advance(119_000)
      await rejection(client.fetch(url))
      const inside = login.tokenRequests.length
      login.always(undefined)
      await clock.advance(retryAt - clock.now() + 1)

      expect(length).toBeGreaterThanOrEqual(119_900)
      expect(length).toBeLessThanOrEqual(240_000)
      expect(inside).toBe(1)
      expect((await inTime(client.fetch(url))).status).toBe(200)
    })
  }

  it('as a date is waited for (F6)', async () => {
    const { client, clock, inTime } = await down('expired', 503, (now) => new Date(now + 90_000).toUTCString())

    const retryAt = await failure(client.fetch(url), inTime)

    expect(retryAt - clock.now()).toBeGreaterThanOrEqual(88_000)
    expect(retryAt - clock.now()).toBeLessThanOrEqual(180_000)
  })

  for (const value of ['1000000000', '99999999999999999999999999', 'Fri, 31 Dec 9999 23:59:59 GMT']) {
    it(`of ${value} keeps nobody out for more than 5 minutes (F6, A49)`, async () => {
      const { client, clock, inTime, login } = await down('expired', 429, () => value)

      const retryAt = await failure(client.fetch(url), inTime)
      const length = retryAt - clock.now()
      login.always(undefined)
      await clock.advance(5 * minutes + 1)

      expect(length).toBeLessThanOrEqual(5 * minutes)
      expect(length).toBeGreaterThan(4 * minutes)
      expect((await inTime(client.fetch(url))).status).toBe(200)
    })
  }

  for (const value of ['soon', '-5', '', '0', '1e3', '0x10', '1.5.2', 'Thu, 01 Jan 1970 00:00:00 GMT', 'NaN', 'Infinity', '12 parsecs']) {
    it(`of ${JSON.stringify(value)} leaves the cool-down as it is (F6)`, async () => {
      const { client, clock, inTime, app } = await down('expired', 429, () => value)

      const retryAt = await failure(client.fetch(url), inTime)

      expect(retryAt).toBeGreaterThanOrEqual(clock.now() - 200)
      expect(retryAt - clock.now()).toBeLessThanOrEqual(2000)
      expect(app.logouts).toEqual([])
    })
  }

  it('that is shorter than the client’s own cool-down does not shorten it (F6)', async () => {
    const { client, clock, login, inTime } = await down('expired')
    clock.chance(0.999)
    const lengths = await coolDowns(5, { client, clock, inTime })
    await clock.advance(5 * minutes)
    login.always(() => json(503, {}, { 'Retry-After': '1' }))

    const retryAt = await failure(client.fetch(url), inTime)

    expect(retryAt - clock.now()).toBeGreaterThanOrEqual(lengths.at(-1) ?? 0)
  })
})

/** A client whose token endpoint is down. */
async function down(standing: 'refused' | 'expired' | 'nearly spent', status = 503, retryAfter?: (now: number) => string): Promise<World> {
  const world = await signedIn({ standing })
  world.login.always(() => {
    const value = retryAfter?.(world.clock.now())
    return json(status, {}, value === undefined ? {} : { 'Retry-After': value })
  })
  return world
}

async function failure(promise: Promise<unknown>, inTime: World['inTime']): Promise<number> {
  const error = await rejection(inTime(promise))
  expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', retryAt: expect.any(Number) })
  return (error as { retryAt: number }).retryAt
}

/** How long each of some cool-downs in a row lasts. */
async function coolDowns(count: number, { client, clock, inTime }: Pick<World, 'client' | 'clock' | 'inTime'>): Promise<number[]> {
  const lengths: number[] = []
  for (let turn = 0; turn < count; turn++) {
    const retryAt = await failure(client.refresh(), inTime)
    lengths.push(retryAt - clock.now())
    await clock.advance(retryAt - clock.now() + 1)
  }
  return lengths
}
