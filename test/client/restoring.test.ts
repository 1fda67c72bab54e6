import { memoryStore, type TokenSet } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { silence } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { type Deferred, deferred } from '../support/deferred.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { rejection, shown, url, watch, world } from './world.ts'

expectQuietProcess()

type Read = Deferred<TokenSet | null>

interface Reads {
  /** Those that hang. */
  readonly asked: Read[]
  readonly getTokens: () => Promise<TokenSet | null>
  answerFromNowOn(tokens: TokenSet | null): void
  /** Answers those that hang, too. */
  answer(tokens: TokenSet | null): void
}

/** Reads that a test answers by hand. */
function reads(): Reads {
  const asked: Read[] = []
  let answered: TokenSet | null | undefined
  return {
    asked,
    getTokens: () => {
      if (answered !== undefined) return Promise.resolve(answered)
      const read: Read = deferred()
      asked.push(read)
      return read.promise
    },
    answerFromNowOn(tokens) {
      answered = tokens
    },
    answer(tokens) {
      answered = tokens
      for (const read of asked) read.resolve(tokens)
    },
  }
}

describe('the first read', () => {
  it('starts in a microtask after construction, not within it', async () => {
    const { app, client: newClient } = world()

    newClient()
    const during = app.reads
    await null

    expect(during).toBe(0)
    expect(app.reads).toBe(1)
  })

  it('leaves the state at restoring until it answers', async () => {
    const { restore, client: newClient } = world()
    const { answer, getTokens } = reads()
    const client = newClient({ getTokens })
    const atOnce = client.state

    await quiet()
    const meanwhile = client.state
    answer(restore('fresh'))
    await quiet()

    expect(atOnce).toEqual({ status: 'restoring' })
    expect(meanwhile).toBe(atOnce)
    expect(client.state.status).toBe('authenticated')
  })

  it.each([null, undefined])('finds nobody where the answer is %s', async (nothing) => {
    const { app, client: newClient } = world()
    const client = newClient({ getTokens: () => nothing })

    await quiet()

    expect(client.state).toEqual({ status: 'anonymous' })
    expect(app.logouts).toEqual([])
  })

  it('happens on its own, before any call, in a store as well', async () => {
    const { login, client: newClient } = world()
    const client = newClient({ store: memoryStore({ ...login.signIn(), sessionId: 'kept' }) })

    await quiet()

    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'kept' })
  })

  it('writes nothing: restoring mints no sessionId (rule 2)', async () => {
    const { app, login, client: newClient } = world()
    app.tokens = login.signIn()
    const client = newClient()

    await quiet()
    await client.fetch(url)

    expect(client.state).toMatchObject({ status: 'authenticated' })
    expect(client.state).not.toHaveProperty('sessionId', expect.anything())
    expect(app.saves).toEqual([])
  })

  it('takes the expiry of a restored JWT from its exp (rule 12)', async () => {
    const { app, clock, client: newClient } = world()
    const exp = Math.floor(clock.now() / 1000) + 600
    const claims = Buffer.from(JSON.stringify({ exp })).toString('base64url')
    app.tokens = { accessToken: `e30.${claims}.c2ln`, refreshToken: 'r' }
    const client = newClient()

    await quiet()

    expect(client.state).toMatchObject({ expiresAt: exp * 1000 })
  })
})

it('reads the store again for a hint that came during the first read, which may be older (found by simulation)', async () => {
  const { client: newClient, restore } = world()
  const tokens = restore('fresh')
  const { asked, getTokens: read, answerFromNowOn } = reads()
  let hint = (): void => {}
  const subscribe = (listener: () => void) => {
    hint = listener
    return () => {}
  }
  const client = newClient({ store: { read, write: async () => true, subscribe } })
  await quiet()

  hint()
  answerFromNowOn(null)
  asked[0]?.resolve(tokens)
  await quiet()

  expect(client.state).toEqual({ status: 'ended', reason: 'ended_elsewhere' })
})

describe('calls while restoring', () => {
  it('wait for the first read, and go out with what it finds', async () => {
    const { restore, resource, client: newClient } = world()
    const { answer, getTokens } = reads()
    const client = newClient({ getTokens })
    const tokens = restore('fresh')

    const calls = [client.fetch(url), client.fetch(url, { method: 'POST', body: 'x' })]
    const token = client.getAccessToken()
    await quiet()
    const sentEarly = resource.requests.length
    answer(tokens)
    const responses = await Promise.all(calls)

    expect(sentEarly).toBe(0)
    expect(responses.map(({ status }) => status)).toEqual([200, 200])
    expect(shown(resource)).toEqual([tokens.accessToken, tokens.accessToken])
    expect(await token).toBe(tokens.accessToken)
  })

  it('go out signed in where somebody signed in elsewhere after the first read had begun and before the calls were made', async () => {
    const { restore, resource, client: newClient } = world()
    const { asked, getTokens, answerFromNowOn } = reads()
    const client = newClient({ getTokens })
    await quiet()

    const tokens = restore('fresh')
    answerFromNowOn(tokens)
    const call = client.fetch(url)
    asked[0]?.resolve(null)

    expect((await call).status).toBe(200)
    expect(shown(resource)).toEqual([tokens.accessToken])
  })

  it('go out bare where nobody was found, even if somebody signs in here while the store is read once more (found by simulation)', async () => {
    const { login, resource, client: newClient } = world()
    const { asked, getTokens, answerFromNowOn } = reads()
    const client = newClient({ getTokens })
    await quiet()

    const call = client.fetch(url)
    asked[0]?.resolve(null)
    await quiet()
    const tokens = login.signIn()
    const signsIn = client.setTokens(tokens)
    answerFromNowOn(tokens)
    for (const read of asked) read.resolve(null)

    expect((await call).status).toBe(401)
    await signsIn
    expect(shown(resource)).toEqual([null])
  })

  it('read the store once more where nobody was signed in, once for all of them', async () => {
    const { client: newClient } = world()
    const { asked, getTokens, answerFromNowOn } = reads()
    const client = newClient({ getTokens })
    await quiet()

    const calls = [1, 2, 3].map(() => rejection(client.getAccessToken()))
    asked[0]?.resolve(null)
    await quiet()
    answerFromNowOn(null)
    asked[1]?.resolve(null)

    for (const error of await Promise.all(calls)) expect(error).toMatchObject({ code: 'ERR_SESSION_ENDED' })
    expect(asked).toHaveLength(2)
  })

  it('do not pass their failure on to a call made after a sign-in, which reads again', async () => {
    const { login, resource, client: newClient } = world()
    const { asked, getTokens, answerFromNowOn } = reads()
    const client = newClient({ getTokens, saveTokens: answerFromNowOn })
    await quiet()
    const early = rejection(client.fetch(url))
    answerFromNowOn(null)
    const tokens = login.signIn()
    await client.setTokens(tokens)

    const call = client.fetch(url)
    asked[0]?.reject(new Error('locked'))

    expect((await call).status).toBe(200)
    expect(await early).toMatchObject({ code: 'ERR_STORAGE' })
    expect(shown(resource)).toEqual([tokens.accessToken])
  })

  it('go out bare where nobody is signed in, and get their 401', async () => {
    const { login, resource, client: newClient } = world()
    const client = newClient()

    const response = await client.fetch(url)

    expect(response.status).toBe(401)
    expect(shown(resource)).toEqual([null])
    expect(login.requests).toHaveLength(0)
  })

  it('can be aborted, with the reason of their own signal (F95)', async () => {
    const { resource, client: newClient } = world()
    const client = newClient({ getTokens: reads().getTokens })
    const controller = new AbortController()
    const reason = new Error('not needed any more')

    const call = rejection(client.fetch(url, { signal: controller.signal }))
    const token = rejection(client.getAccessToken({ signal: controller.signal }))
    const refresh = rejection(client.refresh({ signal: controller.signal }))
    await quiet()
    controller.abort(reason)

    expect(await Promise.all([call, token, refresh])).toEqual([reason, reason, reason])
    expect(resource.requests).toHaveLength(0)
  })

  it.each(['fetch', 'getAccessToken', 'refresh'] as const)(
    'of %s wait refreshTimeout at most, then reject with StorageError (F109)',
    async (method) => {
      const { resource, app, clock, client: newClient } = world()
      const client = newClient({ getTokens: reads().getTokens, refreshTimeout: 5_000 })

      const call = watch<unknown>(method === 'fetch' ? client.fetch(url) : client[method]())
      await clock.advance(4_900)
      const beforeDeadline = call.state
      await clock.advance(200)

      expect(beforeDeadline).toBe('pending')
      expect(call.reason).toMatchObject({ name: 'StorageError', code: 'ERR_STORAGE' })
      expect(client.state).toEqual({ status: 'restoring' })
      expect(resource.requests).toHaveLength(0)
      expect(app.logouts).toEqual([])
    },
  )

  it('all wait refreshTimeout at most, however many there are (F109)', async () => {
    const { clock, client: newClient } = world()
    const client = newClient({ getTokens: reads().getTokens, refreshTimeout: 5_000 })

    const calls = [client.fetch(url), client.fetch(url), client.getAccessToken(), client.refresh()].map(watch<unknown>)
    await clock.advance(5_100)

    expect(calls.map(({ state }) => state)).toEqual(['rejected', 'rejected', 'rejected', 'rejected'])
  })

  it('read again after a first read that hung (F109)', async () => {
    const { restore, resource, inTime, client: newClient } = world()
    const { answerFromNowOn, getTokens } = reads()
    const tokens = restore('fresh')
    const client = newClient({ getTokens })
    await rejection(inTime(client.fetch(url)))

    answerFromNowOn(tokens)
    const next = watch(client.fetch(url))
    await quiet()

    expect(next.value?.status).toBe(200)
    expect(shown(resource)).toEqual([tokens.accessToken])
    expect(client.state.status).toBe('authenticated')
  })

  it('wait 10 seconds where refreshTimeout is false: only the grant is unbounded (F109)', async () => {
    const { clock, client: newClient } = world()
    const client = newClient({ getTokens: reads().getTokens, refreshTimeout: false })

    const call = watch(client.fetch(url))
    await clock.advance(9_900)
    const beforeDeadline = call.state
    await clock.advance(200)

    expect(beforeDeadline).toBe('pending')
    expect(call.reason).toMatchObject({ code: 'ERR_STORAGE' })
  })

  it('are bounded in the same way by a store that hangs (F109)', async () => {
    const { inTime, client: newClient } = world()
    const client = newClient({ store: { read: () => new Promise(() => {}), write: () => true } })

    const error = await rejection(inTime(client.fetch(url), 15_000))

    expect(error).toMatchObject({ code: 'ERR_STORAGE' })
    expect(client.state).toEqual({ status: 'restoring' })
  })

  it('are not undone by a read that answers when it is too late (F109)', async () => {
    const { restore, app, inTime, client: newClient } = world()
    const { asked, answerFromNowOn, getTokens } = reads()
    const tokens = restore('fresh')
    const client = newClient({ getTokens })
    await rejection(inTime(client.fetch(url)))
    answerFromNowOn(tokens)
    await Promise.allSettled([inTime(client.fetch(url))])
    await inTime(client.fetch(url))

    for (const read of asked) read.resolve(null)
    await quiet()

    expect(client.state.status).toBe('authenticated')
    expect(app.logouts).toEqual([])
  })

  it('are rejected with StorageError where getTokens throws, and never count as anonymous; nothing is overwritten (F35)', async () => {
    const { restore, app, resource, events, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const locked = new Error('User interaction is not allowed')
    let isLocked = true
    const client = newClient({
      getTokens: () => {
        if (isLocked) throw locked
        return app.tokens
      },
    })

    const error = await rejection(inTime(client.fetch(url)))
    await quiet()

    expect(error).toMatchObject({ code: 'ERR_STORAGE', cause: locked })
    expect(client.state).toEqual({ status: 'restoring' })
    expect(resource.requests).toHaveLength(0)
    expect([app.saves, app.clears, app.logouts]).toEqual([[], 0, []])
    expect(events('storage-error')[0]).toMatchObject({ operation: 'read', error: { code: 'ERR_STORAGE' } })

    isLocked = false
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(shown(resource)).toEqual([tokens.accessToken])
  })

  it('settle when the user signs in meanwhile, though the read hangs', async () => {
    const { login, app, inTime, client: newClient } = world()
    const client = newClient({ getTokens: reads().getTokens })

    const call = client.fetch(url).catch(() => undefined)
    await quiet()
    await inTime(Promise.allSettled([client.setTokens(login.signIn()), call]))

    expect(app.logouts).toEqual([])
  })

  it('are not sent for whoever signs in after a sign-out, even if the store has not answered yet (row 4)', async () => {
    const { restore, login, app, resource, inTime, client: newClient } = world()
    const stored = restore('fresh')
    const first = deferred<TokenSet | null>()
    const client = newClient({ getTokens: () => (app.saves.length + app.clears ? Promise.resolve(app.tokens) : first.promise) })
    await quiet()

    const call = rejection(client.fetch(url, { method: 'POST' }))
    const turns = [client.logout(), client.setTokens(login.signIn())]
    await quiet()
    first.resolve(stored)
    await inTime(Promise.allSettled(turns))

    expect(await inTime(call)).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    expect(resource.requests).toHaveLength(0)
  })

  it('are not sent either for whoever signs in elsewhere after a sign-out here (row 4)', async () => {
    const { login, resource, inTime, client: newClient } = world()
    const { asked, getTokens, answerFromNowOn } = reads()
    const client = newClient({ getTokens })
    await quiet()

    const call = rejection(client.fetch(url, { method: 'POST' }))
    const signsOut = client.logout()
    await quiet()
    for (const read of asked.slice()) read.resolve(null)
    await quiet()
    answerFromNowOn(login.signIn())
    for (const read of asked) read.resolve(login.signIn())
    await inTime(signsOut)

    expect(await inTime(call)).toMatchObject({ code: 'ERR_SESSION_CHANGED' })
    expect(resource.requests).toHaveLength(0)
  })

  it('settle when the client is disposed of meanwhile (F60)', async () => {
    const { app, inTime, client: newClient } = world()
    const client = newClient({ getTokens: reads().getTokens })

    const calls = Promise.allSettled([client.fetch(url), client.getAccessToken(), client.refresh()])
    await quiet()
    client.dispose()
    await inTime(calls)

    expect(app.logouts).toEqual([])
  })
})

describe('once restored', () => {
  it('a call with a fresh token and a synchronous getTokens is sent before fetch returns', async () => {
    const { restore, resource, client: newClient } = world()
    const tokens = restore('fresh')
    const client = newClient()
    await client.fetch(url)

    const call = client.fetch(url)
    const sent = shown(resource)
    await call

    expect(sent).toEqual([tokens.accessToken, tokens.accessToken])
  })

  it('getTokens is read before every send, the replay too', async () => {
    const { restore, app, fetch, inTime, client: newClient } = world()
    restore('refused')
    const done: string[] = []
    const client = newClient({
      getTokens: () => {
        done.push('read')
        return app.tokens
      },
      fetch: (input, init) => {
        done.push(String(input) === url ? 'send' : 'refresh')
        return fetch(input, init)
      },
    })
    await quiet()
    done.length = 0

    await inTime(client.fetch(url))

    expect(done.filter((_, at) => done[at + 1] === 'send')).toEqual(['read', 'read'])
  })

  it('a getTokens that hangs rejects the call with StorageError, and the session stays', async () => {
    const { restore, app, resource, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    let hangs = false
    const client = newClient({ getTokens: () => (hangs ? new Promise(() => {}) : app.tokens) })
    await client.fetch(url)

    hangs = true
    const error = await rejection(inTime(client.fetch(url), 15_000))
    hangs = false
    const response = await inTime(client.fetch(url))

    expect(error).toMatchObject({ code: 'ERR_STORAGE' })
    expect(response.status).toBe(200)
    expect(shown(resource)).toEqual([tokens.accessToken, tokens.accessToken])
    expect(app.logouts).toEqual([])
  })

  it('a getTokens that throws in the middle rejects that call only (F35)', async () => {
    const { restore, app, inTime, client: newClient } = world()
    restore('fresh')
    let isLocked = false
    const client = newClient({
      getTokens: async () => {
        if (isLocked) throw new Error('User interaction is not allowed')
        return app.tokens
      },
    })
    await inTime(client.fetch(url))
    const before = client.state

    isLocked = true
    const error = await rejection(inTime(client.fetch(url)))
    isLocked = false
    const after = await inTime(client.fetch(url))

    expect(error).toMatchObject({ code: 'ERR_STORAGE', cause: expect.any(Error) })
    expect(after.status).toBe(200)
    expect(client.state).toBe(before)
    expect([app.saves, app.clears, app.logouts]).toEqual([[], 0, []])
  })

  it('a resource that never answers holds nobody else up', async () => {
    const { restore, resource, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await client.fetch(url)
    resource.next(silence)
    const controller = new AbortController()
    const silent = rejection(client.fetch(url, { signal: controller.signal }))

    const response = await client.fetch(url)
    controller.abort()

    expect(response.status).toBe(200)
    expect(await silent).toMatchObject({ name: 'AbortError' })
  })
})

describe('an app that starts without a network (F56)', () => {
  it('keeps the session whose token is spent: its calls fail as unavailable, and go on once the network is back', async () => {
    const { app, clock, client: newClient, fetch, inTime, restore } = world()
    restore('expired')
    let isOffline = true
    const client = newClient({
      fetch: async (input, init) => (isOffline ? Promise.reject(new TypeError('Network request failed')) : fetch(input, init)),
    })

    const error = await inTime(rejection(client.fetch(url)))
    const meanwhile = client.state.status
    isOffline = false
    await clock.advance(5 * 60_000)
    const { status } = await inTime(client.fetch(url))

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(meanwhile).toBe('authenticated')
    expect(status).toBe(200)
    expect(app.logouts).toEqual([])
  })
})
