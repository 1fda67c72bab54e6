import { describe, expect, it } from 'vitest'
import { json, silence } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { calls, shown, signedIn, url } from './signed-in.ts'

describe('expiryLeeway', () => {
  it('counts a token as spent 30 seconds before its expiry', async () => {
    const { client, login, clock, inTime } = await signedIn()
    await inTime(client.refresh())

    await clock.advance(3_600_000 - 31_000)
    await inTime(client.fetch(url))
    const before = login.tokenRequests.length
    await clock.advance(2000)
    await inTime(client.fetch(url))

    expect(before).toBe(1)
    expect(login.tokenRequests).toHaveLength(2)
  })

  it('can be longer', async () => {
    const { client, login, clock, inTime } = await signedIn({ expiryLeeway: 300_000 })
    await inTime(client.refresh())

    await clock.advance(3_600_000 - 301_000)
    await inTime(client.fetch(url))
    const before = login.tokenRequests.length
    await clock.advance(2000)
    await inTime(client.fetch(url))

    expect(before).toBe(1)
    expect(login.tokenRequests).toHaveLength(2)
  })

  it('can be none', async () => {
    const { client, login, clock, inTime } = await signedIn({ expiryLeeway: 0 })

    await clock.advance(3_600_000 - 1)
    await inTime(client.fetch(url))
    const before = login.tokenRequests.length
    await clock.advance(1)
    await inTime(client.fetch(url))

    expect(before).toBe(0)
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('is at most half of what was left at receipt, whatever lifetime a JWT claims: it is not refreshed for each call', async () => {
    const { client, login, resource, clock, inTime } = await signedIn()
    resource.always(() => json(200, {}))
    const part = (value: unknown): string => btoa(JSON.stringify(value)).replace(/=+$/, '')
    const seconds = Math.floor(clock.now() / 1000)
    const claims = { iat: seconds - 3580, exp: seconds + 20 }
    login.next(() => json(200, { access_token: `${part({ alg: 'none' })}.${part(claims)}.`, token_type: 'Bearer', expires_in: 20 }))
    await inTime(client.refresh())

    await inTime(client.fetch(url))
    await clock.advance(9000)
    await inTime(client.fetch(url))
    const before = login.tokenRequests.length
    await clock.advance(2000)
    await inTime(client.fetch(url))

    expect(before).toBe(1)
    expect(login.tokenRequests).toHaveLength(2)
  })

  it('is at most half the lifetime: a token of 20 seconds is used for 10', async () => {
    const { client, login, clock, inTime } = await signedIn({ expiresIn: 20 })
    await inTime(client.refresh())

    await clock.advance(9000)
    await inTime(client.fetch(url))
    const before = login.tokenRequests.length
    await clock.advance(2000)
    await inTime(client.fetch(url))

    expect(before).toBe(1)
    expect(login.tokenRequests).toHaveLength(2)
  })

  it('does not refresh before every call where tokens live for a second', async () => {
    const { client, login, inTime } = await signedIn({ expiresIn: 1, expiryLeeway: 3_600_000 })
    await inTime(client.refresh())

    for (let call = 0; call < 20; call++) await inTime(client.fetch(url))

    expect(login.tokenRequests).toHaveLength(1)
  })

  it('refreshes before a body that can be sent only once goes out with a spent token (rule 9)', async () => {
    const { client, resource, inTime } = await signedIn({ standing: 'nearly spent' })
    const body = new Blob(['order']).stream()

    const response = await inTime(client.fetch(url, { method: 'POST', body, duplex: 'half' } as RequestInit))

    expect(response.status).toBe(200)
    expect(shown(resource)).toEqual(['access-2'])
    expect(await resource.requests[0]?.text).toBe('order')
  })

  it('sends a token with unknown expiry, and lets the 401 decide (F21)', async () => {
    const { client, login, resource, clock, inTime } = await signedIn({ expiresIn: null })

    await clock.advance(365 * 86_400_000)
    await inTime(client.fetch(url))
    login.spoilAccessTokens()
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(shown(resource)).toEqual(['access-1', 'access-1', 'access-2'])
  })
})

describe('refreshAhead', () => {
  it('is off where nothing is said', async () => {
    const { client, login, clock, inTime } = await signedIn()

    await clock.advance(3_600_000 - 40_000)
    await inTime(client.fetch(url))
    await clock.advance(1000)

    expect(login.tokenRequests).toHaveLength(0)
  })

  it('refreshes in the background: the call that starts it does not wait, the next has the new token', async () => {
    const held = deferred()
    const { client, login, resource, clock, app } = await signedIn({ refreshAhead: 300_000 })
    login.next(async () => {
      await held.promise
      return undefined
    })
    await clock.advance(3_600_000 - 200_000)

    const first = await client.fetch(url)
    await quiet()
    const started = login.tokenRequests.length
    held.resolve()
    await quiet()
    await client.fetch(url)

    expect(first.status).toBe(200)
    expect(started).toBe(1)
    expect(shown(resource)).toEqual(['access-1', 'access-2'])
    expect(app.events).toContainEqual(expect.objectContaining({ type: 'refresh-started', because: 'ahead' }))
  })

  it('starts one refresh for many calls that pass', async () => {
    const { client, login, clock, inTime } = await signedIn({ refreshAhead: 300_000 })
    await clock.advance(3_600_000 - 200_000)

    await inTime(Promise.all(calls(client, 100)))
    await clock.advance(1000)

    expect(login.tokenRequests).toHaveLength(1)
  })

  it('starts none before its time', async () => {
    const { client, login, clock, inTime } = await signedIn({ refreshAhead: 300_000 })

    await clock.advance(3_600_000 - 310_000)
    await inTime(client.fetch(url))
    await clock.advance(1000)

    expect(login.tokenRequests).toHaveLength(0)
  })

  it('has no timers: without a call nothing happens', async () => {
    const { client, login, clock, inTime } = await signedIn({ refreshAhead: 300_000 })
    await inTime(client.fetch(url))
    const sleeping = clock.sleeping

    await clock.advance(3_600_000)

    expect(sleeping).toBe(0)
    expect(login.requests).toHaveLength(0)
  })

  it('keeps its failure to itself, and does not try again with every call', async () => {
    const { client, login, app, clock } = await signedIn({ refreshAhead: 300_000 })
    login.always(() => json(503, {}))
    await clock.advance(3_600_000 - 200_000)

    const statuses = []
    for (let call = 0; call < 10; call++) {
      statuses.push((await client.fetch(url)).status)
      await quiet()
    }

    expect(statuses).toEqual(Array(10).fill(200))
    expect(login.tokenRequests).toHaveLength(1)
    expect(app.logouts).toEqual([])
  })

  it('lets calls go on with the old token while the token endpoint hangs', async () => {
    const { client, login, clock } = await signedIn({ refreshAhead: 300_000 })
    login.always(silence)
    await clock.advance(3_600_000 - 200_000)

    const responses = [await client.fetch(url), await client.fetch(url)]

    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('waits for the refresh once the token is spent', async () => {
    const { client, login, resource, clock, inTime } = await signedIn({ refreshAhead: 300_000 })
    await clock.advance(3_600_000 - 10_000)

    await inTime(client.fetch(url))

    expect(shown(resource)).toEqual(['access-2'])
    expect(login.tokenRequests).toHaveLength(1)
  })
})
