import type { ServerResponse } from 'node:http'
import { AuthenticatedClient, type AuthenticatedClientOptions, type TokenSet } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { json, silence } from '../support/authorization-server.ts'
import { quiet, testClock } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { loopback } from '../support/loopback.ts'
import { rejection, signedIn, url, watch } from './signed-in.ts'

const fresh = { access_token: 'access-2', token_type: 'Bearer', refresh_token: 'refresh-2', expires_in: 3600 }

describe('the deadline of the whole exchange', () => {
  it('is 10 seconds where nothing else is said (F1)', async () => {
    const { client, login, clock } = await signedIn({ standing: 'expired' })
    login.always(silence)

    const call = watch(client.fetch(url))
    await clock.advance(9500)
    const before = call.state
    await clock.advance(1000)

    expect(before).toBe('pending')
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_REFRESH_UNAVAILABLE' } })
  })

  it('is now where the clock breaks: no exchange is endless', async () => {
    const broken = { ...testClock(), sleep: () => Promise.reject(new Error('no timers here')) }
    const { client, login } = await signedIn({ standing: 'expired', clock: broken })
    login.always(silence)

    expect(await rejection(client.fetch(url))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  })

  it('is refreshTimeout (F1)', async () => {
    const { client, login, clock } = await signedIn({ standing: 'expired', refreshTimeout: 2000 })
    login.always(silence)

    const call = watch(client.fetch(url))
    await clock.advance(1900)
    const before = call.state
    await clock.advance(200)

    expect(before).toBe('pending')
    expect(call.state).toBe('rejected')
  })

  it('covers a body that comes drop by drop: no drop buys more time (F2)', async () => {
    const drips = new TextEncoder().encode(JSON.stringify(fresh))
    let drip!: () => void
    const { client, login, clock, app } = await signedIn({ standing: 'expired' })
    login.always(
      () =>
        new Response(
          new ReadableStream({
            start(controller) {
              let index = 0
              drip = () => controller.enqueue(drips.slice(index, ++index))
            },
          }),
        ),
    )

    const call = watch(client.fetch(url))
    await quiet()
    for (let second = 0; second < 9; second++) {
      drip()
      await clock.advance(1000)
    }
    const before = call.state
    await clock.advance(1500)

    expect(before).toBe('pending')
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_REFRESH_UNAVAILABLE' } })
    expect(app.logouts).toEqual([])
  })

  it('aborts the request it gave up (F1)', async () => {
    const { client, login, inTime } = await signedIn({ standing: 'expired' })
    login.always(silence)

    await rejection(inTime(client.fetch(url)))

    expect(login.tokenRequests[0]?.request.signal.aborted).toBe(true)
  })

  it('ends a fetch that does not listen to its signal all the same (F1)', async () => {
    const { client, inTime } = await signedIn({ standing: 'expired', through: () => () => new Promise(() => {}) })

    expect(await rejection(inTime(client.fetch(url), 15_000))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
  })

  it('begins anew with each refresh', async () => {
    const { client, login, clock, inTime } = await signedIn({ standing: 'expired' })
    login.next(silence)
    await rejection(inTime(client.fetch(url)))
    await clock.advance(60_000)
    login.next(async () => {
      await clock.sleep(9000)
      return undefined
    })

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
  })
})

describe('a deadline that fires late, after a frozen tab or a sleep', () => {
  it('waits a second more, so that an answer already here is read (rule 11, F49)', async () => {
    const answer = deferred<Response>()
    const { client, login, clock, inTime } = await signedIn({ standing: 'expired' })
    login.next(() => answer.promise)
    const call = client.fetch(url)
    const seen = watch(call)
    await quiet()

    clock.jump(60_000)
    await clock.advance(10_000)
    const atDeadline = seen.state
    await clock.advance(500)
    answer.resolve(undefined as never)
    const response = await inTime(call)

    expect(atDeadline).toBe('pending')
    expect(response.status).toBe(200)
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('waits no longer than that second (rule 11)', async () => {
    const { client, login, clock } = await signedIn({ standing: 'expired' })
    login.always(silence)
    const call = watch(client.fetch(url))
    await quiet()

    clock.jump(3_600_000)
    await clock.advance(10_000)
    const atDeadline = call.state
    await clock.advance(1100)

    expect(atDeadline).toBe('pending')
    expect(call).toMatchObject({ state: 'rejected', reason: { code: 'ERR_REFRESH_UNAVAILABLE' } })
    expect(login.tokenRequests).toHaveLength(1)
  })

  it('waits as long again as it was late, where that is less than a second', async () => {
    const { client, login, clock } = await signedIn({ standing: 'expired' })
    login.always(silence)
    const call = watch(client.fetch(url))
    await quiet()

    clock.jump(300)
    await clock.advance(10_299)
    const before = call.state
    await clock.advance(1)
    await quiet()

    expect(before).toBe('pending')
    expect(call.state).toBe('rejected')
  })
})

describe('on real sockets, with a clock that the test moves', () => {
  it('gives up a server that never answers, and hangs up (F1)', async () => {
    const arrived = deferred()
    const closed = deferred()
    const { client, clock, origin } = await onLoopback((response) => {
      response.on('close', closed.resolve)
      arrived.resolve()
    })

    const call = watch(client.fetch(`${origin}/me`))
    await arrived.promise
    await clock.advance(9000)
    const before = call.state
    const rejected = rejection(client.fetch(`${origin}/me`))
    await clock.advance(1500)
    const error = await rejected
    await closed.promise

    expect(before).toBe('pending')
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(call.state).toBe('rejected')
  })

  it('gives up a body that stops in the middle, and hangs up (F2)', async () => {
    const headers = deferred()
    const closed = deferred()
    const { client, clock, origin } = await onLoopback(
      (response) => {
        response.on('close', closed.resolve)
        response.writeHead(200, { 'Content-Type': 'application/json' })
        response.write('{"access_token":')
      },
      {
        fetch: async (input, init) => {
          const response = await fetch(input, init)
          headers.resolve()
          return response
        },
      },
    )

    const rejected = rejection(client.fetch(`${origin}/me`))
    await headers.promise
    await clock.advance(11_000)
    const error = await rejected
    await closed.promise

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(client.state.status).toBe('authenticated')
  })

  it('recovers after it (F1)', async () => {
    const arrived = deferred()
    let isDown = true
    const { client, clock, origin } = await onLoopback((response) => {
      arrived.resolve()
      if (!isDown) response.end(JSON.stringify(fresh))
    })
    const rejected = rejection(client.fetch(`${origin}/me`))
    await arrived.promise
    await clock.advance(11_000)
    await rejected

    isDown = false
    await clock.advance(10_000)
    const response = await client.fetch(`${origin}/me`)

    expect(await response.text()).toBe('Bearer access-2')
  })

  it('reads an answer that came while the process was stopped, though the deadline is long over (rule 11)', async () => {
    const arrived = deferred<ServerResponse>()
    const headers = deferred()
    const { client, clock, origin } = await onLoopback(arrived.resolve, {
      fetch: async (input, init) => {
        const response = await fetch(input, init)
        headers.resolve()
        return response
      },
    })

    const call = client.fetch(`${origin}/me`)
    const response = await arrived.promise
    clock.jump(600_000)
    await clock.advance(10_000)
    response.end(JSON.stringify(fresh))
    await headers.promise

    expect(await (await call).text()).toBe('Bearer access-2')
  })
})

describe('refreshTimeout: false', () => {
  it('lets a grant that waits for a person take its time', async () => {
    const person = deferred()
    const { client, clock, inTime } = await signedIn({
      standing: 'expired',
      refreshTimeout: false,
      grant: async () => {
        await person.promise
        return { accessToken: 'access-1', expiresAt: clock.now() + 60_000_000 }
      },
    })
    const call = client.fetch(url)
    const seen = watch(call)

    await clock.advance(3_600_000)
    const before = seen.state
    person.resolve()
    await inTime(call)

    expect(before).toBe('pending')
  })

  const someoneElse = { accessToken: 'access-b', refreshToken: 'refresh-b', sessionId: 'session-b' }

  it.each<[string, (client: AuthenticatedClient) => unknown, unknown]>([
    ['signed out', (client) => client.logout(), [401, 'ERR_SESSION_ENDED', 'ERR_SESSION_ENDED', 'ERR_SESSION_ENDED']],
    ['replaced', (client) => client.setTokens(someoneElse), [401, 'ERR_SESSION_CHANGED', 'ERR_SESSION_CHANGED', 'ERR_SESSION_CHANGED']],
  ])('releases the calls whose session is %s while the dialog stays open, and lets the grant know (F60)', async (_how, over, expected) => {
    let signal: AbortSignal | undefined
    const { client, clock } = await signedIn({
      standing: 'refused',
      refreshTimeout: false,
      grant: (_tokens, context) => {
        signal = context.signal
        return new Promise(() => {})
      },
    })
    const refused = client.fetch(url)
    await quiet()
    const oneShot = { method: 'POST', body: new ReadableStream(), duplex: 'half' } as RequestInit
    const waiting = [refused, client.getAccessToken({ minValidity: 1e12 }), client.refresh(), client.fetch(url, oneShot)]
    const calls = waiting.map((promise) => watch<unknown>(promise))
    await clock.advance(3_600_000)
    const before = [...calls.map(({ state }) => state), signal?.aborted]

    await over(client)
    await quiet()

    expect(before).toEqual(['pending', 'pending', 'pending', 'pending', false])
    expect(calls.map(({ value, reason }) => (value as Response)?.status ?? (reason as { code: string }).code)).toEqual(expected)
    expect(signal?.aborted).toBe(true)
  })

  it('revokes the rotation that a dialog gives after its session was signed out of', async () => {
    const late = deferred<TokenSet>()
    const revocationEndpoint = 'https://login.example.com/revoke'
    const { client, login, app } = await signedIn({
      standing: 'expired',
      refreshTimeout: false,
      revocationEndpoint,
      clientId: 'web',
      grant: () => late.promise,
    })
    const call = rejection(client.fetch(url))
    await quiet()

    await client.logout()
    const error = await call
    late.resolve({ accessToken: 'access-2', refreshToken: 'refresh-2' })
    await quiet()

    expect(error).toMatchObject({ code: 'ERR_SESSION_ENDED' })
    expect(app.saved).toEqual([])
    const revoked = login.requests.filter((request) => request.url === revocationEndpoint)
    expect((await Promise.all(revoked.map(({ text }) => text))).map((text) => new URLSearchParams(text).get('token'))).toEqual([
      app.tokens?.refreshToken,
      'refresh-2',
    ])
  })
})

it('an answer that comes after the deadline changes nothing (F1)', async () => {
  const late = deferred<Response>()
  const { client, login, app, clock, inTime } = await signedIn({ standing: 'expired' })
  login.next(() => late.promise)
  await rejection(inTime(client.fetch(url)))

  late.resolve(json(400, { error: 'invalid_grant' }))
  await clock.advance(1000)

  expect(app.logouts).toEqual([])
  expect(client.state.status).toBe('authenticated')
})

async function onLoopback(answerToken: (response: ServerResponse) => void, options: AuthenticatedClientOptions = {}) {
  const clock = testClock()
  const server = await loopback((request, response) =>
    request.path === '/token' ? answerToken(response) : response.end(request.headers.authorization),
  )
  const client = new AuthenticatedClient({
    tokenEndpoint: `${server.origin}/token`,
    clientId: 'web',
    getTokens: () => tokens,
    saveTokens: (next) => {
      tokens = next
    },
    clock,
    ...options,
  })
  let tokens: TokenSet = { accessToken: 'access-1', refreshToken: 'refresh-1', expiresAt: clock.now() - 1 }
  return { client, clock, origin: server.origin }
}
