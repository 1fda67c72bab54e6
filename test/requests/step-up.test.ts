import { memoryStore, type StepUpEvent, type TokenSet } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { type Answer, json, unauthorized } from '../support/authorization-server'
import { quiet } from '../support/clock'
import { deferred } from '../support/deferred'
import { anonymous, apiOrigin, expired, me, refused, refusedOnce, signedIn, type World } from './world'

const insufficientScope = 'Bearer error="insufficient_scope", scope="admin"'

/** The API serves the token `stepped-up` and asks all others for more. */
const asksForMore =
  (challenge: string, status = 403): Answer =>
  ({ headers }) =>
    headers.get('authorization') === 'Bearer stepped-up' ? json(200, {}) : unauthorized(challenge, { status, body: 'not enough' })

const steppedUp: TokenSet = { accessToken: 'stepped-up', refreshToken: 'refresh-up', expiresAt: Number.MAX_SAFE_INTEGER }

describe('onStepUp gets the typed challenge', () => {
  it.each([
    [403, insufficientScope, { error: 'insufficient_scope', scope: 'admin' }],
    [401, insufficientScope, { error: 'insufficient_scope', scope: 'admin' }],
    [
      401,
      'Bearer error="insufficient_user_authentication", acr_values="phr mfa", max_age=5',
      { error: 'insufficient_user_authentication', acrValues: 'phr mfa', maxAge: 5 },
    ],
    [401, 'Bearer error="insufficient_user_authentication", max_age="0"', { error: 'insufficient_user_authentication', maxAge: 0 }],
    [401, 'Bearer error="insufficient_claims", claims="eyJhIjoxfQ=="', { error: 'insufficient_claims', claims: 'eyJhIjoxfQ==' }],
    [401, 'Bearer error="invalid_token", claims="eyJhIjoxfQ=="', { claims: 'eyJhIjoxfQ==' }],
    [401, `Basic realm="x", ${insufficientScope}`, { error: 'insufficient_scope', scope: 'admin' }],
  ])('of a %i with %s (row 10)', async (status, challenge, expected) => {
    const asked: StepUpEvent[] = []
    const { client, service, login, rows } = await signedIn({
      onStepUp: (event) => {
        asked.push(event)
        return steppedUp
      },
    })
    service.always(asksForMore(challenge, status))

    const response = await client.fetch(me, { method: 'POST', body: 'hello' })

    expect(response.status).toBe(200)
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject(expected)
    expect(asked[0]?.challenge?.scheme).toBe('Bearer')
    expect(service.requests).toHaveLength(2)
    expect(await service.requests[1]?.text).toBe('hello')
    expect(login.tokenRequests).toHaveLength(0)
    expect(await rows()).toEqual([10])
  })

  it.each([
    ['returns', 'no', {}],
    ['sets', 'no', {}],
    ['returns', 'an undefined', { refreshToken: undefined }],
    ['returns', 'an empty', { refreshToken: '' }],
  ] as const)('and the session keeps its refresh token where what it %s has %s refresh token (F19)', async (way, _, fields) => {
    const { refreshToken, ...rest } = steppedUp
    const answer = { ...rest, ...fields }
    const store = memoryStore()
    const { client, service } = await signedIn({
      store,
      onStepUp: async () => {
        if (way === 'returns') return answer
        await client.setTokens(answer)
        return null
      },
    })
    service.always(asksForMore(insufficientScope))

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(await store.read()).toMatchObject({ accessToken: 'stepped-up', refreshToken: 'refresh-1' })
    expect(refreshToken).not.toBe('refresh-1')
  })

  it('and what it gives stays where a refresh that was under way brings a new refresh token', async () => {
    const store = memoryStore()
    const answered = deferred()
    const { refreshToken: _, ...answer } = steppedUp
    const { client, service, login, authorizations } = await signedIn({ store, onStepUp: () => answer })
    service.always(asksForMore(insufficientScope))
    login.next(async () => {
      await answered.promise
      return json(200, { access_token: 'weaker', refresh_token: 'refresh-2', token_type: 'Bearer' })
    })

    const refreshed = client.refresh()
    await quiet()
    await client.fetch(me)
    answered.resolve()
    await refreshed
    await client.fetch(me)

    expect(authorizations()).toEqual(['Bearer access-1', 'Bearer stepped-up', 'Bearer stepped-up'])
    expect(await store.read()).toMatchObject({ accessToken: 'stepped-up', refreshToken: 'refresh-2' })
  })

  it.each(['abc', '-1', '1.5', ''])('without a max_age where that is no number of seconds: %j', async (maxAge) => {
    const asked: StepUpEvent[] = []
    const { client, service } = await signedIn({ onStepUp: (event) => void asked.push(event) as unknown as null })
    service.always(asksForMore(`Bearer error="insufficient_user_authentication", acr_values="mfa", max_age="${maxAge}"`, 401))

    await client.fetch(me)

    expect(asked).toHaveLength(1)
    expect(asked[0]?.maxAge).toBeUndefined()
  })
})

it.each([
  ['read write', 'admin', 'read write admin'],
  ['read admin', 'admin  write', 'read admin write'],
  [undefined, 'admin', 'admin'],
])('onStepUp is told the union of the scope %j and what the challenge adds, %j (RFC 6750 §3.1)', async (granted, scope, union) => {
  const asked: (string | undefined)[] = []
  const { client, service, login } = await anonymous({
    onStepUp: (event) => {
      asked.push(event.scope)
      return null
    },
  })
  await client.setTokens({ ...login.signIn(), scope: granted })
  service.next(() => unauthorized(`Bearer error="insufficient_scope", scope="${scope}"`, { status: 403 }))

  await client.fetch(me)

  expect(asked).toEqual([union])
})

it('onStepUp is told no scope where the challenge names none', async () => {
  const asked: StepUpEvent[] = []
  const { client, service, login } = await anonymous({
    onStepUp: (event) => {
      asked.push(event)
      return null
    },
  })
  await client.setTokens({ ...login.signIn(), scope: 'read' })
  service.next(() => unauthorized('Bearer error="insufficient_user_authentication", acr_values="mfa"'))

  await client.fetch(me)

  expect(asked).toHaveLength(1)
  expect(asked[0]?.scope).toBeUndefined()
})

it.each([
  ['signed out', ({ client }: World) => client.logout()],
  ['signed in anew', ({ client, login }: World) => client.setTokens(login.signIn())],
])('nobody is asked for a session that the app has %s while the answer was read (row 4, A39)', async (_, leave) => {
  const asked: StepUpEvent[] = []
  const world = await signedIn({ onStepUp: (event) => void asked.push(event) as unknown as null })
  const { client, service } = world
  const rest = deferred()
  const body = new ReadableStream({ pull: (controller) => rest.promise.then(() => controller.close()) })
  service.next(() => new Response(body, { status: 403, headers: { 'www-authenticate': insufficientScope } }))

  const call = client.fetch(me)
  await quiet()
  await leave(world)
  rest.resolve()

  expect((await call).status).toBe(403)
  expect(asked).toEqual([])
})

it.each([
  ['refused', refusedOnce, { status: 401 }],
  ['spent', expired, { name: 'SessionEndedError' }],
])(
  'who signs out when asked to act, for a token that is %s, is not told of the question (OpenID Connect Core §3.1.2.6)',
  async (_, made, expected) => {
    const { client, login } = await made({
      async onStepUp() {
        await client.logout()
        return null
      },
    })
    login.next(() => json(400, { error: 'login_required' }))

    const outcome = await client.fetch(me).catch((error: unknown) => error)

    expect(outcome).toMatchObject(expected)
  },
)

describe('what onStepUp answers', () => {
  it.each([
    ['whose token is spent', expired],
    ['that are refused', refusedOnce],
  ])('is no for all calls %s inside the cool-down that follows: the dialog does not open again (row 14)', async (_what, begin) => {
    let asked = 0
    const { client, login } = await begin({ onStepUp: () => void asked++ })
    login.always(() => json(400, { error: 'interaction_required' }))

    const errors: unknown[] = []
    for (let call = 0; call < 5; call++) errors.push(await client.fetch(me).catch(({ code }) => code))

    expect(errors).toEqual(Array(5).fill('ERR_TOKEN_ENDPOINT'))
    expect(asked).toBe(1)
  })

  it('comes at once where only refreshes in the background had failed for want of it, while the token was still good', async () => {
    let asked = 0
    const { client, login, clock } = await signedIn({ onStepUp: () => void asked++ })
    Object.assign(clock, { random: () => 0.9 })
    login.always(() => json(400, { error: 'interaction_required' }))
    await clock.advance(3600_000 - 20_000)
    for (let call = 0; call < 19; call++) {
      await client.fetch(me)
      await clock.advance(1_000)
    }
    const before = asked

    await clock.advance(1_000)
    await client.fetch(me).catch(() => {})

    expect([before, asked]).toEqual([0, 1])
  })

  it.each([
    ['whose token is spent', expired],
    ['that is refused', refusedOnce],
  ])('is waited for by a call %s while the person is still being asked', async (_what, begin) => {
    const answer = deferred<TokenSet>()
    const { client, login, service } = await begin({ onStepUp: () => answer.promise })
    service.always(asksForMore(refused, 401))
    login.always(() => json(400, { error: 'login_required' }))

    const first = client.fetch(me)
    await quiet()
    const second = client.fetch(me)
    await quiet()
    answer.resolve(steppedUp)

    expect([(await first).status, (await second).status]).toEqual([200, 200])
  })

  it('ends the cool-down of the refresh that asked for a person: the next one is tried at once', async () => {
    let answers = 0
    const { client, login, clock } = await signedIn({
      onStepUp: () => (++answers < 7 ? null : { ...login.signIn(), expiresAt: clock.now() + 20_000 }),
    })
    Object.assign(clock, { random: () => 0.9 })
    for (let time = 0; time < 7; time++) {
      login.spoilAccessTokens()
      login.next(() => json(400, { error: 'login_required' }))
      await client.fetch(me).catch(() => {})
      await clock.advance(answers < 7 ? 400_000 : 0)
    }
    await clock.advance(21_000)
    const { refreshes } = login

    const response = await client.fetch(me)

    expect([answers, response.status, login.refreshes - refreshes]).toEqual([7, 200, 1])
  })

  it('is saved for the session, under the same sessionId, and used by later calls', async () => {
    const { client, service } = await signedIn({ onStepUp: () => steppedUp })
    service.always(asksForMore(insufficientScope))
    const before = client.state

    await client.fetch(me)
    await client.fetch(me)

    expect(service.requests.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer access-1',
      'Bearer stepped-up',
      'Bearer stepped-up',
    ])
    expect(client.state.status).toBe('authenticated')
    expect(client.state).toMatchObject({ sessionId: before.status === 'authenticated' ? before.sessionId : '' })
  })

  it('ends the wait as soon as it is here: whoever signs in while it is being saved is somebody else (found by simulation)', async () => {
    const { promise: saved, resolve } = deferred()
    const store = memoryStore()
    const { client, service, login } = await signedIn({
      onStepUp: () => steppedUp,
      store: {
        ...store,
        async write(next, expected) {
          if (JSON.stringify(next).includes('stepped-up')) await saved
          return store.write(next, expected)
        },
      },
    })
    service.next(() => unauthorized(insufficientScope, { status: 403 }))
    const { state: before } = client

    const call = client.fetch(me)
    await quiet()
    const signsIn = client.setTokens(login.signIn())
    resolve()
    await Promise.all([call, signsIn])

    expect(client.state.status).toBe('authenticated')
    expect(client.state).not.toMatchObject({ sessionId: before.status === 'authenticated' ? before.sessionId : '' })
  })

  it('for a user who has just signed in is saved as that sign-in would be, whatever an earlier sign-out has made of the store (rule 3)', async () => {
    const { promise: cleared, resolve } = deferred()
    const store = memoryStore()
    const reasons: string[] = []
    const { client, service, login } = await signedIn({
      onStepUp: () => steppedUp,
      onLogout: ({ reason }) => reasons.push(reason),
      store: {
        read: async () => store.read(),
        async write(next, expected) {
          if (!next) await cleared
          return store.write(next, expected)
        },
      },
    })
    service.always(asksForMore(insufficientScope))

    const signsOut = client.logout()
    await quiet()
    const signsIn = client.setTokens({ ...login.signIn(), sessionId: 'next' })
    const call = client.fetch(me)
    await quiet()
    resolve()
    await Promise.all([signsOut, signsIn, call])
    await quiet()

    expect([store.read(), client.state]).toMatchObject([{ accessToken: 'stepped-up', sessionId: 'next' }, { sessionId: 'next' }])
    expect(reasons).toEqual(['signed_out'])
  })

  it('may be set through setTokens instead', async () => {
    const { client, service } = await signedIn({
      async onStepUp() {
        await client.setTokens(steppedUp)
        return null
      },
    })
    service.always(asksForMore(insufficientScope))
    const before = client.state

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(client.state).toMatchObject({ sessionId: before.status === 'authenticated' ? before.sessionId : '' })
  })

  it('may be a promise', async () => {
    const { client, service } = await signedIn({ onStepUp: () => Promise.resolve(steppedUp) })
    service.always(asksForMore(insufficientScope))

    expect((await client.fetch(me)).status).toBe(200)
  })

  it.each([null, undefined])('leaves the caller with its own answer when it is %s', async (nothing) => {
    let asked = 0
    const { client, service, login } = await signedIn({
      onStepUp: () => {
        asked++
        return nothing
      },
    })
    service.always(asksForMore(insufficientScope))

    const response = await client.fetch(me)

    expect(asked).toBe(1)
    expect([response.status, await response.text()]).toEqual([403, 'not enough'])
    expect(response.headers.get('www-authenticate')).toBe(insufficientScope)
    expect(service.requests).toHaveLength(1)
    expect(login.tokenRequests).toHaveLength(0)
    expect(client.state.status).toBe('authenticated')
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('closed the window')
      },
    ],
    ['rejects', () => Promise.reject(new Error('closed the window'))],
  ])('leaves the caller with its own answer when it %s, and a callback-error event says so (rule 7)', async (_, onStepUp) => {
    const { client, service, events } = await signedIn({ onStepUp })
    service.always(asksForMore(insufficientScope))

    const response = await client.fetch(me)

    expect([response.status, await response.text()]).toEqual([403, 'not enough'])
    expect(await events()).toContainEqual(
      expect.objectContaining({
        type: 'callback-error',
        callback: 'onStepUp',
        error: expect.objectContaining({ message: 'closed the window' }),
      }),
    )
  })

  it('is not told as a callback that failed where the store did: a storage-error event has told of that', async () => {
    const store = memoryStore()
    let isBroken = false
    const write: typeof store.write = (...args) => {
      if (isBroken) throw new Error('disk full')
      return store.write(...args)
    }
    const { client, service, events } = await signedIn({
      ...{ store: { ...store, write }, getTokens: undefined, saveTokens: undefined, clearTokens: undefined },
      onStepUp: () => {
        isBroken = true
        return steppedUp
      },
    })
    service.always(asksForMore(insufficientScope))

    expect((await client.fetch(me)).status).toBe(200)
    expect((await events()).map(({ type }) => type).filter((type) => /error/.test(type))).toEqual(['storage-error'])
  })

  it('keeps no call waiting once its session is over: a dialog may stay open for ever', async () => {
    const { client, service } = await signedIn({ onStepUp: () => new Promise<null>(() => {}) })
    service.always(asksForMore(insufficientScope))
    const call = client.fetch(me)
    await quiet()

    await client.logout()

    expect((await call).status).toBe(403)
  })

  it('counts no sign-in after that as its answer', async () => {
    const { client, service } = await signedIn({ onStepUp: () => new Promise<null>(() => {}) })
    service.always(asksForMore(insufficientScope))
    const call = client.fetch(me)
    await quiet()
    await client.setTokens({ accessToken: 'bob', refreshToken: 'bob-1', sessionId: 'bob' })
    await call

    await client.setTokens({ accessToken: 'carol', refreshToken: 'carol-1' })

    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: expect.not.stringMatching(/^bob$/) })
  })

  it('is reported when it throws, even if its session is over by then (rule 7)', async () => {
    const dialog = deferred<null>()
    const { client, service, events } = await signedIn({ onStepUp: () => dialog.promise })
    service.always(asksForMore(insufficientScope))
    const call = client.fetch(me)
    await quiet()
    await client.logout()
    await call

    dialog.reject(new Error('closed late'))

    expect(await events()).toContainEqual(expect.objectContaining({ type: 'callback-error', callback: 'onStepUp' }))
  })

  it('ends it when the same challenge comes again (row 5)', async () => {
    let asked = 0
    const { client, service, rows } = await signedIn({
      onStepUp: () => {
        asked++
        return steppedUp
      },
    })
    service.always(() => unauthorized(insufficientScope, { status: 403 }))

    const response = await client.fetch(me)

    expect(response.status).toBe(403)
    expect(asked).toBe(1)
    expect(service.requests).toHaveLength(2)
    expect(await rows()).toEqual([10, 5])
  })

  it('leaves a refresh for the same call: one replay per cause (rows 17, 10, I7)', async () => {
    const { client, service, login, rows } = await signedIn({ onStepUp: () => steppedUp })
    service.next(
      () => unauthorized('Bearer error="invalid_token"'),
      () => unauthorized(insufficientScope, { status: 403 }),
      () => json(200, {}),
    )

    const response = await client.fetch(me)

    expect(response.status).toBe(200)
    expect(service.requests).toHaveLength(3)
    expect(login.refreshes).toBe(1)
    expect(await rows()).toEqual([17, 10])
  })
})

describe('while a step-up is being answered', () => {
  it('is asked once for calls with the same question, and all of them go on with the answer', async () => {
    const answer = deferred<TokenSet>()
    let asked = 0
    const { client, service } = await signedIn({
      onStepUp: () => {
        asked++
        return answer.promise
      },
    })
    service.always(asksForMore(insufficientScope))

    const calls = Promise.all([client.fetch(`${apiOrigin}/a`), client.fetch(`${apiOrigin}/b`), client.fetch(`${apiOrigin}/c`)])
    await quiet()
    answer.resolve(steppedUp)
    const responses = await calls

    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(asked).toBe(1)
    expect(service.requests).toHaveLength(6)
  })

  it('is not asked again by a call that was sent before the answer came, and is refused after it', async () => {
    const late = deferred()
    let asked = 0
    const { client, service } = await signedIn({
      onStepUp: () => {
        asked++
        return steppedUp
      },
    })
    const answer = asksForMore(insufficientScope)
    service.always(async (request) => {
      if (request.url.endsWith('/slow') && request.headers.get('authorization') !== 'Bearer stepped-up') await late.promise
      return answer(request)
    })

    const slow = client.fetch(`${apiOrigin}/slow`)
    const fast = await client.fetch(`${apiOrigin}/fast`)
    late.resolve()

    expect([fast.status, (await slow).status, asked]).toEqual([200, 200, 1])
    expect((await client.fetch(`${apiOrigin}/fast`)).status).toBe(200)
  })

  it('is asked again for each other question', async () => {
    const scopes: (string | undefined)[] = []
    const answer = deferred<null>()
    const { client, service } = await signedIn({
      onStepUp: ({ scope }) => {
        scopes.push(scope)
        return answer.promise
      },
    })
    service.always(({ url }) =>
      unauthorized(`Bearer error="insufficient_scope", scope="${new URL(url).pathname.slice(1)}"`, { status: 403 }),
    )

    const calls = Promise.all([client.fetch(`${apiOrigin}/a`), client.fetch(`${apiOrigin}/b`)])
    await quiet()
    const askedMeanwhile = [...scopes]
    answer.resolve(null)
    await calls

    expect(askedMeanwhile.sort()).toEqual(['a', 'b'])
  })

  it('lets other calls go on, and a refresh too: no lock is held', async () => {
    const answer = deferred<null>()
    let asked = 0
    const { client, service, login } = await signedIn({
      onStepUp: () => {
        asked++
        return answer.promise
      },
    })
    service.always(({ url }) => (url === me ? unauthorized(insufficientScope, { status: 403 }) : undefined))
    const waiting = client.fetch(me)
    await quiet()

    const meanwhile = await client.fetch(`${apiOrigin}/other`)
    login.spoilAccessTokens()
    const refreshed = await client.fetch(`${apiOrigin}/another`)

    expect([asked, meanwhile.status, refreshed.status, login.refreshes]).toEqual([1, 200, 200, 1])
    answer.resolve(null)
    expect((await waiting).status).toBe(403)
  })

  it('detaches a caller that aborts, with its own reason; the others still get the answer', async () => {
    const answer = deferred<TokenSet>()
    const { client, service } = await signedIn({ onStepUp: () => answer.promise })
    service.always(asksForMore(insufficientScope))
    const controller = new AbortController()
    const leaving = client.fetch(`${apiOrigin}/a`, { signal: controller.signal })
    const staying = client.fetch(`${apiOrigin}/b`)
    leaving.catch(() => {})
    await quiet()

    const reason = new Error('changed my mind')
    controller.abort(reason)
    await expect(leaving).rejects.toBe(reason)
    answer.resolve(steppedUp)

    expect((await staying).status).toBe(200)
  })

  it.each([
    ['signed out', null],
    ['signed in as somebody else', { accessToken: 'of-another-user', refreshToken: 'refresh-other', sessionId: 'other' }],
  ])('is dropped where another tab has %s meanwhile: the store is looked at, not only memory (F38, F40, I10)', async (_what, after) => {
    const answer = deferred<TokenSet>()
    const store = memoryStore()
    const { read, write } = store
    const { client, service } = await signedIn({ store: { read, write }, onStepUp: () => answer.promise })
    service.always(asksForMore(insufficientScope))
    const call = client.fetch(me)
    await quiet()

    await store.write(after, (await store.read()) ?? null)
    answer.resolve(steppedUp)
    const response = await call

    expect(response.status).toBe(403)
    expect(await store.read()).toEqual(after)
  })

  it('gives the call its own answer when another user has signed in meanwhile (row 4, F40)', async () => {
    const answer = deferred<null>()
    let asked = 0
    const { client, service, login, authorizations } = await signedIn({
      onStepUp: () => {
        asked++
        return answer.promise
      },
    })
    service.always(asksForMore(insufficientScope))
    const call = client.fetch(me)
    await quiet()
    expect(asked).toBe(1)

    await client.setTokens({ ...login.signIn(), sessionId: 'of another user' })
    answer.resolve(null)
    const response = await call

    expect(response.status).toBe(403)
    expect(authorizations()).toEqual(['Bearer access-1'])
  })
})

it('never sends the call of one user with what onStepUp got for another (F27, F40, A39)', async () => {
  let asked = 0
  const { client, service, clock, authorizations } = await anonymous({
    onStepUp: () => {
      asked++
      return { accessToken: tokenOf('bob'), refreshToken: 'of bob' }
    },
  })
  await client.setTokens({ accessToken: tokenOf('alice'), refreshToken: 'of alice', expiresAt: clock.now() + 3600_000 })
  service.always(() => unauthorized(insufficientScope, { status: 403 }))

  const response = await client.fetch(me)

  expect(response.status).toBe(403)
  expect(asked).toBe(1)
  expect(authorizations()).toEqual([`Bearer ${tokenOf('alice')}`])
})

/** A JWT of that user, good for a long time. */
function tokenOf(sub: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ sub, exp: 4_000_000_000 })}.c2ln`
}

describe('onStepUp is not asked', () => {
  it('when the call carried no credentials', async () => {
    let asked = 0
    const { client, service } = await anonymous({
      onStepUp: () => {
        asked++
        return null
      },
    })
    service.always(() => unauthorized(insufficientScope, { status: 401 }))

    const response = await client.fetch(me)

    expect(response.status).toBe(401)
    expect(asked).toBe(0)
  })

  it.each([
    [403, 'DPoP error="insufficient_scope"'],
    [401, 'Bearer error="insufficient_scope", error="invalid_token"'],
    [401, 'Bearer error="insufficient_scope", scope="a", scope="b"'],
    [404, insufficientScope],
    [503, insufficientScope],
  ])('by a %i with %s', async (status, challenge) => {
    let asked = 0
    const { client, service } = await signedIn({
      onStepUp: () => {
        asked++
        return null
      },
    })
    const answer = unauthorized(challenge, { status })
    service.next(() => answer)

    const response = await client.fetch(me)

    expect(response).toBe(answer)
    expect(asked).toBe(0)
  })

  it('for a body that cannot be sent twice: the answer is given back unread (rule 9)', async () => {
    let asked = 0
    const { client, service } = await signedIn({
      onStepUp: () => {
        asked++
        return steppedUp
      },
    })
    const answer = unauthorized(insufficientScope, { status: 403 })
    service.next(() => answer)

    const response = await client.fetch(me, { method: 'POST', body: new Blob(['hello']).stream(), duplex: 'half' } as RequestInit)

    expect(response).toBe(answer)
    expect(response.bodyUsed).toBe(false)
    expect(asked).toBe(0)
    expect(service.requests).toHaveLength(1)
  })
})
