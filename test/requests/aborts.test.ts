import { getEventListeners } from 'node:events'
import { AuthenticatedClient, type Lock } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { json, network, silence, unauthorized } from '../support/authorization-server'
import { quiet } from '../support/clock'
import { deferred } from '../support/deferred'
import { anonymous, apiOrigin, expired, me, refused, refusedOnce, signedIn, type World } from './world'

const reason = new Error('changed my mind')

/** Calls, lets the call come as far as it can, aborts, and gives back what became of the call. */
async function abortedOnTheWay({ client }: Pick<World, 'client'>, init: RequestInit = {}): Promise<unknown> {
  const controller = new AbortController()
  let outcome: unknown = 'still waiting'
  void client.fetch(me, { ...init, signal: controller.signal }).then(
    () => {
      outcome = 'settled'
    },
    (error: unknown) => {
      outcome = error
    },
  )
  await quiet()
  expect(outcome).toBe('still waiting')

  controller.abort(reason)
  await quiet()

  return outcome
}

describe('an abort rejects the call at once, with the reason of the caller (F95)', () => {
  it('before the call: nothing is sent', async () => {
    const world = await signedIn()

    await expect(world.client.fetch(me, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)

    expect(world.service.requests).toHaveLength(0)
  })

  it('before the call, though the token is spent: nothing is sent, nothing refreshed', async () => {
    const world = await expired()

    await expect(world.client.fetch(me, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    await quiet()

    expect([...world.service.requests, ...world.login.tokenRequests]).toEqual([])
  })

  it('with an AbortError where the caller gave no reason', async () => {
    const { client } = await expired()

    await expect(client.fetch(me, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('while the first read of the tokens is awaited', async () => {
    const { login, service, clock } = await anonymous()
    const client = new AuthenticatedClient({
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'web',
      allowedOrigins: [apiOrigin],
      fetch: network(login, service),
      clock,
      getTokens: () => new Promise(() => {}),
      saveTokens: () => {},
    })

    expect(await abortedOnTheWay({ client })).toBe(reason)
    expect(service.requests).toHaveLength(0)
  })

  it('while getTokens is awaited before a send', async () => {
    const { login, service, clock } = await anonymous()
    const tokens = login.signIn()
    let isSlow = false
    const client = new AuthenticatedClient({
      tokenEndpoint: login.tokenEndpoint,
      clientId: 'web',
      allowedOrigins: [apiOrigin],
      fetch: network(login, service),
      clock,
      getTokens: () => (isSlow ? new Promise(() => {}) : tokens),
      saveTokens: () => {},
    })
    await client.fetch(me)
    isSlow = true

    expect(await abortedOnTheWay({ client })).toBe(reason)
    expect(service.requests).toHaveLength(1)
  })

  it('while the token is refreshed before the first send; the refresh goes on and the next caller has it (rule 1, F93)', async () => {
    const world = await expired()
    const held = deferred<undefined>()
    world.login.next(() => held.promise)

    expect(await abortedOnTheWay(world)).toBe(reason)

    expect(world.service.requests).toHaveLength(0)
    expect(world.login.tokenRequests[0]?.request.signal.aborted).toBe(false)
    const next = world.client.fetch(me)
    held.resolve(undefined)
    expect((await next).status).toBe(200)
    expect(world.login.tokenRequests).toHaveLength(1)
  })

  it('while the lock is awaited', async () => {
    const lock: Lock = { hold: () => new Promise(() => {}) }
    const world = await expired({ lock })

    expect(await abortedOnTheWay(world)).toBe(reason)
    expect(world.service.requests).toHaveLength(0)
  })

  it('while the first send is under way', async () => {
    const world = await signedIn()
    world.service.next(silence)

    expect(await abortedOnTheWay(world)).toBe(reason)
    expect(world.service.requests).toHaveLength(1)
    expect(world.login.tokenRequests).toHaveLength(0)
  })

  it('while the first send of a body is under way', async () => {
    const world = await signedIn()
    world.service.next(silence)

    expect(await abortedOnTheWay(world, { method: 'POST', body: new Blob(['hello']).stream(), duplex: 'half' } as RequestInit)).toBe(reason)
  })

  it('while isUnauthorized thinks', async () => {
    const world = await signedIn({ isUnauthorized: () => new Promise(() => {}) })

    expect(await abortedOnTheWay(world)).toBe(reason)
  })

  it('while the body of the 401 is read', async () => {
    const world = await signedIn()
    const endless = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) })
    world.service.next(() => unauthorized(refused, { body: endless }))

    expect(await abortedOnTheWay(world)).toBe(reason)
    expect(world.service.requests).toHaveLength(1)
  })

  it('while the token is refreshed after a 401; the refresh is saved though all have left (rule 1, F93, F94)', async () => {
    const world = await refusedOnce()
    const held = deferred<undefined>()
    world.login.next(() => held.promise)

    expect(await abortedOnTheWay(world)).toBe(reason)

    held.resolve(undefined)
    await quiet()
    expect((await world.client.fetch(me)).status).toBe(200)
    expect(world.authorizations()).toEqual(['Bearer access-1', 'Bearer access-2'])
    expect(world.login.tokenRequests).toHaveLength(1)
  })

  it('while the replay is under way', async () => {
    const world = await signedIn()
    world.service.next(() => unauthorized(refused), silence)

    expect(await abortedOnTheWay(world)).toBe(reason)
    expect(world.service.requests).toHaveLength(2)
  })

  it('while onStepUp is awaited', async () => {
    const world = await signedIn({ onStepUp: () => new Promise(() => {}) })
    world.service.next(() => unauthorized('Bearer error="insufficient_scope"', { status: 403 }))

    expect(await abortedOnTheWay(world)).toBe(reason)
  })

  it('while a call to another origin is under way', async () => {
    const world = await signedIn({ allowedOrigins: ['https://other.example.com'] })
    world.service.next(silence)

    expect(await abortedOnTheWay(world)).toBe(reason)
  })
})

it('lets the others go on when the caller that started the refresh leaves (rule 1, F93)', async () => {
  const { client, login } = await refusedOnce()
  const held = deferred<undefined>()
  login.next(() => held.promise)
  const controller = new AbortController()
  const leader = client.fetch(`${apiOrigin}/leader`, { signal: controller.signal })
  leader.catch(() => {})
  const follower = client.fetch(`${apiOrigin}/follower`)
  await quiet()

  controller.abort(reason)
  await expect(leader).rejects.toBe(reason)
  held.resolve(undefined)

  expect((await follower).status).toBe(200)
  expect(login.tokenRequests).toHaveLength(1)
})

it("listens to one signal in both sends: a caller's budget is for the whole call (F96)", async () => {
  const { client, service } = await signedIn()
  service.next(() => unauthorized(refused), silence)
  const controller = new AbortController()
  const call = client.fetch(me, { signal: controller.signal })
  call.catch(() => {})
  await quiet()

  controller.abort(new DOMException('too late', 'TimeoutError'))

  await expect(call).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(service.requests.map(({ request }) => request.signal.aborted)).toEqual([true, true])
})

it('does nothing any more once the call has settled', async () => {
  const { client, login } = await refusedOnce()
  const controller = new AbortController()
  const response = await client.fetch(me, { signal: controller.signal })

  controller.abort(reason)

  expect(response.status).toBe(200)
  expect((await client.fetch(me)).status).toBe(200)
  expect(login.refreshes).toBe(1)
})

it('leaves no listener on a signal that outlives its calls (F97)', async () => {
  const { signal } = new AbortController()
  let token = 'access-2'
  const { client } = await refusedOnce({
    fetch: (input, init) => {
      const isLogin = String(input instanceof Request ? input.url : input).endsWith('/token')
      if (isLogin) return Promise.resolve(json(200, { access_token: token, token_type: 'Bearer', expires_in: 3600 }))
      const authorization = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined)).get('authorization')
      return Promise.resolve(authorization === `Bearer ${token}` ? json(200, {}) : unauthorized(refused))
    },
    isUnauthorized: () => Promise.resolve(false),
    refreshBudget: false,
  })

  for (let round = 3; round < 13; round++) {
    await Promise.all(Array.from({ length: 10 }, () => client.fetch(me, { signal })))
    token = `access-${round}`
  }
  await quiet()

  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})
