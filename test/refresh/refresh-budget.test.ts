import { describe, expect, it } from 'vitest'
import { unauthorized } from '../support/authorization-server.ts'
import { rejection, type Setting, shown, signedIn, url, type World } from './signed-in.ts'

describe('an API that refuses fresh tokens for ever', () => {
  it('is sent every call twice at most, and gets its 401 back to the caller (F62, row 5)', async () => {
    const { client, login, resource, inTime } = await refusedForEver()

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(401)
    expect(shown(resource)).toEqual(['access-1', 'access-2'])
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('causes 5 refreshes in 30 seconds; after that a 401 is returned as it is, and nobody is signed out (F62, A50, A51, row 15)', async () => {
    const { client, login, resource, app, inTime } = await refusedForEver()

    for (let call = 0; call < 5; call++) await inTime(client.fetch(url))
    const sendsBefore = resource.requests.length
    const statuses: number[] = []
    for (let call = 0; call < 20; call++) statuses.push((await inTime(client.fetch(url))).status)

    expect(login.tokenRequests).toHaveLength(5)
    expect(statuses).toEqual(Array(20).fill(401))
    expect(resource.requests.length - sendsBefore).toBe(20)
    expect(app.logouts).toEqual([])
    expect(client.state.status).toBe('authenticated')
  })

  it('may cause more once the interval has passed (F62, row 15)', async () => {
    const { client, login, clock, inTime } = await spentBudget()

    await clock.advance(31_000)
    await inTime(client.fetch(url))

    expect(login.tokenRequests).toHaveLength(6)
  })

  it('never causes more than the budget in any interval, however long it goes on (A51)', async () => {
    const { client, login, clock, inTime } = await refusedForEver()
    const at: number[] = []

    for (let second = 0; second < 120; second++) {
      const before = login.tokenRequests.length
      await inTime(client.fetch(url))
      if (login.tokenRequests.length > before) at.push(clock.now())
      await clock.advance(1000)
    }

    for (const start of at) expect(at.filter((time) => time >= start && time < start + 30_000).length).toBeLessThanOrEqual(5)
    expect(at.length).toBeGreaterThan(10)
  })

  it('is bounded by the budget also where 1,000 calls come at once (F61, F62)', async () => {
    const { client, login, resource, inTime } = await refusedForEver()

    for (let round = 0; round < 10; round++) await inTime(Promise.all(Array.from({ length: 100 }, () => client.fetch(url))))

    expect(login.tokenRequests).toHaveLength(5)
    expect(resource.requests).toHaveLength(5 * 200 + 5 * 100)
  })

  it('can be given another budget (row 15)', async () => {
    const { client, login, clock, inTime } = await refusedForEver({ refreshBudget: { attempts: 1, interval: 1000 } })

    await inTime(client.fetch(url))
    await inTime(client.fetch(url))
    const inside = login.tokenRequests.length
    await clock.advance(1001)
    await inTime(client.fetch(url))

    expect(inside).toBe(1)
    expect(login.tokenRequests).toHaveLength(2)
  })

  it('can be given none', async () => {
    const { client, login, inTime } = await refusedForEver({ refreshBudget: false })

    for (let call = 0; call < 12; call++) await inTime(client.fetch(url))

    expect(login.tokenRequests).toHaveLength(12)
  })
})

describe('the budget counts', () => {
  it('successful refreshes only: an outage spends nothing', async () => {
    const { client, login, clock, inTime } = await signedIn({ standing: 'refused' })
    login.always(() => new Response(null, { status: 503 }))
    for (let turn = 0; turn < 8; turn++) {
      const error = await rejection(inTime(client.fetch(url)))
      await clock.advance((error as { retryAt: number }).retryAt - clock.now() + 1)
    }

    login.always(undefined)
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
  })

  it('refreshes caused by 401s only: tokens that are simply short-lived spend nothing', async () => {
    const { client, login, clock, inTime } = await signedIn({ expiresIn: 2 })
    for (let turn = 0; turn < 10; turn++) {
      await clock.advance(2000)
      await inTime(client.fetch(url))
    }
    const ahead = login.refreshes

    login.spoilAccessTokens()
    const response = await inTime(client.fetch(url))

    expect(ahead).toBe(10)
    expect(response.status).toBe(200)
    expect(login.refreshes).toBe(11)
  })

  it('nothing that the app asked for itself', async () => {
    const { client, login, inTime } = await signedIn()
    for (let turn = 0; turn < 8; turn++) await inTime(client.refresh())

    login.spoilAccessTokens()

    expect((await inTime(client.fetch(url))).status).toBe(200)
  })
})

describe('a spent budget', () => {
  it('makes refresh() reject with RefreshExcessiveError, without a token request', async () => {
    const { client, login, inTime } = await spentBudget()

    const error = await rejection(inTime(client.refresh()))

    expect(error).toMatchObject({ name: 'RefreshExcessiveError', code: 'ERR_REFRESH_EXCESSIVE' })
    expect(login.tokenRequests).toHaveLength(5)
  })

  it('makes getAccessToken() reject with RefreshExcessiveError once the token is over, and give it until then', async () => {
    const { client, login, clock, app, inTime } = await spentBudget({ expiresIn: 10 })
    const refreshes = login.refreshes

    const good = await inTime(client.getAccessToken())
    await clock.advance(11_000)
    const error = await rejection(inTime(client.getAccessToken()))

    expect(good).toBe(app.tokens?.accessToken)
    expect(error).toMatchObject({ name: 'RefreshExcessiveError', code: 'ERR_REFRESH_EXCESSIVE' })
    expect(login.tokenRequests).toHaveLength(refreshes)
  })

  it('makes getAccessToken() reject with it also where a resource has no token yet, as for a new session', async () => {
    const { client, login, inTime } = await refusedForEver()
    const child = client.forResource({ resource: new URL(url).origin })
    for (let call = 0; call < 5; call++) await inTime(child.fetch(url))
    await inTime(client.setTokens(login.signIn()))

    const error = await rejection(inTime(child.getAccessToken()))

    expect(error).toMatchObject({ name: 'RefreshExcessiveError', code: 'ERR_REFRESH_EXCESSIVE' })
  })

  it('lets a call go out with a token that is over: fetch never throws for it', async () => {
    const { client, login, resource, clock, app, inTime } = await spentBudget({ expiresIn: 10 })
    const refreshes = login.refreshes

    await clock.advance(11_000)
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(401)
    expect(shown(resource).at(-1)).toBe(app.tokens?.accessToken)
    expect(login.tokenRequests).toHaveLength(refreshes)
    expect(app.logouts).toEqual([])
  })

  it('is told to the app as row 15', async () => {
    const { client, app, inTime } = await spentBudget()

    await inTime(client.fetch(url))

    expect(app.events.filter((event) => event.type === 'decision').at(-1)).toMatchObject({ action: 'return', row: 15 })
  })
})

async function refusedForEver(setting: Setting = {}): Promise<World> {
  const world = await signedIn(setting)
  world.resource.always(() => unauthorized('Bearer error="invalid_token"'))
  return world
}

async function spentBudget(setting: Setting = {}): Promise<World> {
  const world = await refusedForEver(setting)
  for (let call = 0; call < 5; call++) await world.inTime(world.client.fetch(url))
  return world
}
