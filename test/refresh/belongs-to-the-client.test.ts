import { getEventListeners } from 'node:events'
import type { FetchLike } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { quiet } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { rejection, shown, signedIn, url, type World, watch } from './signed-in.ts'

describe('a refresh belongs to the client, not to the call that began it', () => {
  for (const standing of ['expired', 'refused'] as const) {
    it(`goes on when the first of ten callers leaves: nine succeed, one token request (${standing} token; rule 1, F93)`, async () => {
      const { world, release } = await withHeldRefresh(standing)
      const { client, login, app, inTime } = world
      const first = new AbortController()
      const leader = rejection(client.fetch(url, { signal: first.signal }))
      await quiet()
      const others = Array.from({ length: 9 }, () => client.fetch(url))
      await quiet()

      first.abort(new Error('the first leaves'))
      const reason = await leader
      release()
      const responses = await inTime(Promise.all(others))

      expect(reason).toBe(first.signal.reason)
      expect(responses.map(({ status }) => status)).toEqual(Array(9).fill(200))
      expect(login.tokenRequests).toHaveLength(1)
      expect(app.saved.map(({ refreshToken }) => refreshToken)).toEqual(['refresh-2'])
    })

    it(`is finished and saved though all leave, and the next call uses it (${standing} token; rule 1, F94)`, async () => {
      const { world, release } = await withHeldRefresh(standing)
      const { client, login, app, clock, inTime } = world
      const leave = new AbortController()
      const gone = Array.from({ length: 10 }, () => rejection(client.fetch(url, { signal: leave.signal })))
      await quiet()

      leave.abort()
      const reasons = await Promise.all(gone)
      release()
      await quiet()
      await clock.advance(1000)
      const response = await inTime(client.fetch(url))

      expect(new Set(reasons)).toEqual(new Set([leave.signal.reason]))
      expect(app.tokens).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-2' })
      expect(response.status).toBe(200)
      expect(login.tokenRequests).toHaveLength(1)
    })

    it(`is joined by the next caller after all have left (${standing} token; rule 1)`, async () => {
      const { world, release } = await withHeldRefresh(standing)
      const { client, login, inTime } = world
      const leave = new AbortController()
      const gone = rejection(client.fetch(url, { signal: leave.signal }))
      await quiet()
      leave.abort()
      await gone

      const next = client.fetch(url)
      await quiet()
      release()
      const response = await inTime(next)

      expect(response.status).toBe(200)
      expect(login.tokenRequests).toHaveLength(1)
    })
  }

  it('never shows the token request the signal of a caller (rule 1, F93)', async () => {
    const { world, release } = await withHeldRefresh('expired')
    const { client, login, inTime } = world
    const leave = new AbortController()

    const gone = rejection(client.fetch(url, { signal: leave.signal }))
    await quiet()
    leave.abort()
    await gone
    const signal = login.tokenRequests[0]?.request.signal
    const before = signal?.aborted
    release()
    await inTime(client.fetch(url))

    expect(before).toBe(false)
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('lets getAccessToken and refresh leave at once, each with its own reason (rule 1)', async () => {
    const { world, release } = await withHeldRefresh('expired')
    const { client, login, app, inTime } = world
    const [one, two] = [new AbortController(), new AbortController()]
    const token = rejection(client.getAccessToken({ signal: one.signal }))
    const refresh = rejection(client.refresh({ signal: two.signal }))
    await quiet()

    one.abort(new Error('one'))
    two.abort('two')
    const reasons = await Promise.all([token, refresh])
    release()
    await quiet()

    expect(reasons[0]).toBe(one.signal.reason)
    expect(reasons[1]).toBe('two')
    expect((await inTime(client.fetch(url))).status).toBe(200)
    expect(app.saved).toHaveLength(1)
    expect(login.tokenRequests).toHaveLength(1)
  })

  for (const [name, start] of [
    ['fetch', ({ client }, signal) => client.fetch(url, { signal })],
    ['getAccessToken', ({ client }, signal) => client.getAccessToken({ signal })],
    ['refresh', ({ client }, signal) => client.refresh({ signal })],
  ] as [string, (world: World, signal: AbortSignal) => Promise<unknown>][]) {
    it(`starts no refresh for a caller of ${name} that has left already`, async () => {
      const world = await signedIn({ standing: 'expired' })
      const signal = AbortSignal.abort(new Error('long gone'))

      const reason = await rejection(world.inTime(start(world, signal)))

      expect(reason).toBe(signal.reason)
      expect(world.login.requests).toHaveLength(0)
      expect(world.resource.requests).toHaveLength(0)
    })
  }

  it('hears the signal of a Request object as it hears that of init (F93)', async () => {
    const { world, release } = await withHeldRefresh('expired')
    const leave = new AbortController()
    const gone = rejection(world.client.fetch(new Request(url, { signal: leave.signal })))
    await quiet()

    leave.abort()
    const reason = await gone
    release()

    expect(reason).toMatchObject({ name: 'AbortError' })
    expect((await world.inTime(world.client.fetch(url))).status).toBe(200)
    expect(world.login.tokenRequests).toHaveLength(1)
  })

  it('does not let an abort after the replay has begun touch the others (F95)', async () => {
    const held = deferred()
    const { client, login, resource, inTime } = await signedIn({ standing: 'refused' })
    const leave = new AbortController()
    const leaver = rejection(inTime(client.fetch(`${url}?leaver`, { signal: leave.signal })))
    resource.always(async ({ url: to, headers }) => {
      if (to.endsWith('?leaver') && headers.get('authorization') === 'Bearer access-2') await held.promise
      return undefined
    })
    await quiet()

    const other = await inTime(client.fetch(url))
    leave.abort()

    expect(await leaver).toBe(leave.signal.reason)
    expect(other.status).toBe(200)
    expect(login.tokenRequests).toHaveLength(1)
    held.resolve()
  })

  it('replays nothing for a caller that left while its refresh ran (F93)', async () => {
    const { world, release } = await withHeldRefresh('refused')
    const leave = new AbortController()
    const gone = rejection(world.client.fetch(url, { method: 'POST', body: 'order', signal: leave.signal }))
    await quiet()

    leave.abort()
    await gone
    release()
    await world.clock.advance(5000)

    expect(shown(world.resource)).toEqual(['access-1'])
  })

  it('leaves no listener on a signal that outlives the calls (F97)', async () => {
    const { world, release } = await withHeldRefresh('refused', withoutSignal)
    const { signal } = new AbortController()

    const waiting = Array.from({ length: 500 }, () => world.client.fetch(url, { signal }))
    const token = world.client.getAccessToken({ signal })
    const refresh = world.client.refresh({ signal })
    await quiet()
    release()
    await world.inTime(Promise.all([...waiting, token, refresh]))

    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  it('leaves no listener on the signal of a caller that has left, though the refresh still hangs (F97)', async () => {
    const { world, release } = await withHeldRefresh('refused', withoutSignal)
    const leave = new AbortController()
    const waiting = [world.client.fetch(url, { signal: leave.signal }), world.client.fetch(url, { signal: leave.signal })].map(rejection)
    await quiet()

    leave.abort()
    await Promise.all(waiting)
    const listeners = getEventListeners(leave.signal, 'abort')
    release()
    await quiet()

    expect(listeners).toHaveLength(0)
  })

  it('makes Node warn of nothing when many calls share one signal while they wait (F97)', async () => {
    const warnings: string[] = []
    const listen = (warning: Error): void => void warnings.push(warning.name)
    process.on('warning', listen)
    const { world, release } = await withHeldRefresh('expired', withoutSignal)
    const { signal } = new AbortController()

    const waiting = Array.from({ length: 50 }, () => world.client.fetch(url, { signal }))
    await quiet()
    release()
    await world.inTime(Promise.all(waiting))
    process.off('warning', listen)

    expect(warnings).toEqual([])
  })

  it('leaves no listener when the refresh fails or the session ends (F97)', async () => {
    for (const [status, error] of [
      [503, 'temporarily_unavailable'],
      [400, 'invalid_grant'],
      [401, 'invalid_client'],
    ] as const) {
      const { client, login, inTime } = await signedIn({ standing: 'refused', through: withoutSignal })
      const { signal } = new AbortController()
      login.always(() => Response.json({ error }, { status }))

      await inTime(Promise.allSettled([client.fetch(url, { signal }), client.getAccessToken({ signal }), client.refresh({ signal })]))

      expect(getEventListeners(signal, 'abort'), error).toHaveLength(0)
    }
  })

  it('keeps a failure to itself when nobody waits any more (F99)', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', listen)
    const { client, login, clock } = await signedIn({ standing: 'expired' })
    const fail = deferred()
    login.next(async () => {
      await fail.promise
      return new Response(null, { status: 503 })
    })
    const leave = new AbortController()

    const gone = rejection(client.fetch(url, { signal: leave.signal }))
    await quiet()
    leave.abort()
    await gone
    fail.resolve()
    await clock.advance(30_000)
    process.off('unhandledRejection', listen)

    expect(unhandled).toEqual([])
    expect(client.state).toMatchObject({ status: 'authenticated' })
  })

  it('keeps a store that fails at the first read to itself until a call asks (F35, F99)', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', listen)
    let locked = true
    const { client, clock, inTime } = await signedIn({
      reading: (tokens) => {
        if (locked) throw new Error('User interaction is not allowed')
        return tokens
      },
    })

    await clock.advance(60_000)
    process.off('unhandledRejection', listen)
    locked = false
    const response = await inTime(client.fetch(url))

    expect(unhandled).toEqual([])
    expect(response.status).toBe(200)
  })

  it('leaves no sleeper behind once all is quiet (F97)', async () => {
    const { client, clock, inTime } = await signedIn({ standing: 'refused' })

    await inTime(client.fetch(url))
    await quiet()

    expect(clock.sleeping).toBe(0)
  })

  it('counts the time a caller allowed once, over the first send, the refresh and the replay (F96)', async () => {
    const { world } = await withHeldRefresh('refused')
    const controller = new AbortController()

    const call = watch(world.client.fetch(url, { signal: controller.signal }))
    await world.clock.advance(3000)
    const before = call.state
    controller.abort(new DOMException('The operation timed out', 'TimeoutError'))
    await quiet()

    expect(before).toBe('pending')
    expect(call).toMatchObject({ state: 'rejected', reason: { name: 'TimeoutError' } })
  })
})

/** A client whose next refresh is answered when the test says so. */
async function withHeldRefresh(
  standing: 'expired' | 'refused',
  through: (send: FetchLike) => FetchLike = (send) => send,
): Promise<{ world: World; release: () => void }> {
  const held = deferred()
  const world = await signedIn({ standing, through })
  world.login.next(async () => {
    await held.promise
    return undefined
  })
  return { world, release: () => held.resolve() }
}

/** The harness reads requests through `Request`, which listens to the signal on its own account. */
function withoutSignal(send: FetchLike): FetchLike {
  return (input, init) => send(input instanceof Request ? new Request(input, { signal: null }) : input, { ...init, signal: null })
}
