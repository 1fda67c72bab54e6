import type { TokenSet } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { quiet } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { jwt, shown, url, watch, world } from './world.ts'

expectQuietProcess()

/** A call is on its way with `before`, which the API refuses; meanwhile somebody else puts `after` in its place. */
async function changedByOthers(before: TokenSet, after: TokenSet, method = 'GET') {
  const given = world()
  given.app.tokens = before
  given.accepted.add(after.accessToken)
  const client = given.client()
  await quiet()
  const release = given.hold(url)
  const call = watch(client.fetch(url, { method }))
  await quiet()
  given.app.tokens = after
  release()
  await given.clock.advance(5_000)
  return { ...given, client, call, sent: shown(given.resource) }
}

const opaque = (name: string, fields: Partial<TokenSet> = {}): TokenSet => ({
  accessToken: `opaque-${name}`,
  refreshToken: `refresh-${name}`,
  ...fields,
})
const signed = (name: string, claims: Record<string, unknown>, fields: Partial<TokenSet> = {}): TokenSet => ({
  accessToken: jwt({ ...claims, jti: name }),
  refreshToken: `refresh-${name}`,
  ...fields,
})

describe('tokens changed by others belong to the same session', () => {
  it.each<[string, TokenSet, TokenSet]>([
    ['where the sessionId is the same', opaque('1', { sessionId: 's' }), opaque('2', { sessionId: 's' })],
    ['where the sid is the same', signed('1', { sid: 's' }), signed('2', { sid: 's' })],
    ['where the sub is the same record', signed('1', { sub: { id: 1 } }), signed('2', { sub: { id: 1 } })],
    ['where the sub is the same number, once as text', signed('1', { sub: 1 }), signed('2', { sub: '1' })],
    ['where the sub is the same', signed('1', { sub: 'u' }), signed('2', { sub: 'u' })],
    [
      'where the sub of the ID token is the same, though that of the access token is another',
      opaque('1', { idToken: jwt({ sub: 'u' }) }),
      signed('2', { sub: 'pairwise' }, { idToken: jwt({ sub: 'u' }) }),
    ],
    ['where one source is the same though only one has another', signed('1', { sub: 'u' }, { sessionId: 's' }), signed('2', { sub: 'u' })],
  ])('%s: the call goes once more, whatever its method (rule 2, row 7, F43)', async (_what, before, after) => {
    for (const method of ['GET', 'POST']) {
      const { call, sent, login, app, client } = await changedByOthers(before, after, method)

      expect(call.value?.status).toBe(200)
      expect(sent).toEqual([before.accessToken, after.accessToken])
      expect(login.tokenRequests).toHaveLength(0)
      expect([app.logouts, app.saves]).toEqual([[], []])
      expect(client.state.status).toBe('authenticated')
    }
  })
})

it('a sign-in that is still being saved takes up what others have made of it, by sid where the store keeps no sessionId (rules 2 and 4)', async () => {
  const { app, login, client: newClient, inTime, clock } = world()
  const saving = deferred<void>()
  const client = newClient({
    saveTokens: ({ sessionId: _, ...next }) => {
      app.tokens = next
      return saving.promise
    },
  })
  await quiet()

  const signIn = client.setTokens(signed('1', { sid: 's' }, { expiresAt: clock.now() - 1 }))
  await quiet()
  const rotated = signed('2', { sid: 's' }, { expiresAt: clock.now() + 3_600_000 })
  app.tokens = rotated
  const given = await inTime(client.getAccessToken())
  saving.resolve()
  await inTime(Promise.allSettled([signIn]))

  expect(given).toBe(rotated.accessToken)
  expect(login.tokenRequests).toHaveLength(0)
  expect(app.tokens).toEqual(rotated)
})

it('a session that was signed out of and comes back without its sessionId is followed once it has the id again, not overwritten (rules 4 and 15)', async () => {
  for (const given of [opaque, (name: string, fields?: Partial<TokenSet>) => signed(name, { sid: 's' }, fields)]) {
    const { app, accepted, login, client: newClient, inTime } = world()
    app.tokens = given('1', { sessionId: 'a' })
    const client = newClient()
    await inTime(client.logout())

    const shownInTurn = [given('2'), given('3', { sessionId: 'a' }), given('4', { sessionId: 'a' })]
    for (const next of shownInTurn) {
      accepted.add(next.accessToken)
      app.tokens = next
      expect(await inTime(client.getAccessToken())).toBe(next.accessToken)
      expect(app.tokens).toBe(next)
    }

    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'a' })
    expect([login.tokenRequests, app.saves]).toEqual([[], []])
  }
})

describe('tokens changed by others belong to another session', () => {
  it.each<[string, TokenSet, TokenSet]>([
    ['where the sessionId differs', opaque('1', { sessionId: 's' }), opaque('2', { sessionId: 't' })],
    [
      'where the sessionId differs though the sub is the same',
      signed('1', { sub: 'u' }, { sessionId: 's' }),
      signed('2', { sub: 'u' }, { sessionId: 't' }),
    ],
    ['where the sid differs though the sub is the same', signed('1', { sid: 's', sub: 'u' }), signed('2', { sid: 't', sub: 'u' })],
    ['where the sub differs', signed('1', { sub: 'u' }), signed('2', { sub: 'v' })],
  ])(
    '%s: the call gets its own 401, the next one goes with the new tokens, nobody is logged out (rule 2, row 4, A39)',
    async (_what, before, after) => {
      const { call, sent, login, app, client, inTime, resource, events } = await changedByOthers(before, after)

      expect(call.value?.status).toBe(401)
      expect(sent).toEqual([before.accessToken])
      expect(login.tokenRequests).toHaveLength(0)

      const next = await inTime(client.fetch(url, { method: 'POST', body: 'x' }))
      await quiet()

      expect(next.status).toBe(200)
      expect(shown(resource).at(-1)).toBe(after.accessToken)
      expect([app.logouts, app.saves]).toEqual([[], []])
      expect(events('session-id-missing')).toEqual([])
    },
  )
})

describe('tokens changed by others, with no id to compare', () => {
  const pairs: [string, TokenSet, TokenSet][] = [
    ['where neither has an id', opaque('1'), opaque('2')],
    ['where only the old ones have a sessionId', opaque('1', { sessionId: 's' }), opaque('2')],
    ['where only the new ones have a sessionId', opaque('1'), opaque('2', { sessionId: 's' })],
    ['where the ids are of different sources', signed('1', { sid: 's' }), signed('2', { sub: 's' })],
    ['where a sessionId stands against a sid', opaque('1', { sessionId: 's' }), signed('2', { sid: 's' })],
  ]

  it.each(pairs)('%s: calls to safe methods go on with them (rule 2)', async (_what, before, after) => {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const { call, sent, events, app } = await changedByOthers(before, after, method)

      expect(call.value?.status).toBe(200)
      expect(sent).toEqual([before.accessToken, after.accessToken])
      expect(events('session-id-missing')).toHaveLength(1)
      expect(app.logouts).toEqual([])
    }
  })

  it.each(pairs)('%s: unsafe ones get their 401 back (rule 2)', async (_what, before, after) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const { call, sent, events, login, app } = await changedByOthers(before, after, method)

      expect(call.value?.status).toBe(401)
      expect(sent).toEqual([before.accessToken])
      expect(events('session-id-missing')).toHaveLength(1)
      expect(login.tokenRequests).toHaveLength(0)
      expect(app.logouts).toEqual([])
    }
  })

  it('an unsafe call that begins afterwards goes out with them', async () => {
    const after = opaque('2')
    const { client, inTime, resource } = await changedByOthers(opaque('1'), after, 'POST')

    const response = await inTime(client.fetch(url, { method: 'POST', body: 'x' }))

    expect(response.status).toBe(200)
    expect(shown(resource).at(-1)).toBe(after.accessToken)
  })

  it('session-id-missing fires once, however often it happens (rule 2)', async () => {
    const { app, accepted, client, inTime, hold, events, clock } = await changedByOthers(opaque('1'), opaque('2'))

    for (const name of ['3', '4', '5']) {
      accepted.clear()
      const release = hold(url)
      const call = watch(client.fetch(url))
      await quiet()
      app.tokens = opaque(name)
      accepted.add(app.tokens.accessToken)
      release()
      await clock.advance(2_000)
      expect(call.value?.status).toBe(200)
    }
    await inTime(client.fetch(url))

    expect(events('session-id-missing')).toHaveLength(1)
  })

  it('our own refresh is no change by others: every method goes on, no event (rule 2)', async () => {
    const { login, app, inTime, events, client: newClient } = world()
    app.tokens = login.signIn()
    login.spoilAccessTokens()
    const client = newClient()

    const responses = await inTime(Promise.all(['GET', 'POST', 'DELETE'].map((method) => client.fetch(url, { method }))))
    await quiet()

    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(events('session-id-missing')).toEqual([])
    expect(login.refreshes).toBe(1)
  })
})

describe('a sign-in with an empty refresh token', () => {
  it('belongs to somebody else: a call of the previous session is not sent with it (rule 2, F40, A39)', async () => {
    const before = opaque('a', { refreshToken: '', sessionId: 'session-a' })
    const after = opaque('b', { refreshToken: '', sessionId: 'session-b' })
    const { client, call, sent } = await changedByOthers(before, after, 'POST')

    expect(call.value?.status).toBe(401)
    expect(sent).toEqual([before.accessToken])
    expect(client.state).toMatchObject({ sessionId: 'session-b' })
  })

  it('begins a session after a logout too (rule 15)', async () => {
    const { app, accepted, inTime, client: newClient } = world()
    app.tokens = opaque('a', { refreshToken: '' })
    const client = newClient()
    await inTime(client.fetch(url))
    await inTime(client.logout())

    app.tokens = opaque('b', { refreshToken: '' })
    accepted.add('opaque-b')
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(client.state.status).toBe('authenticated')
  })
})

describe('tokens that the app changes in place', () => {
  it('are a change by others like any other: an unsafe call gets its 401 back (rule 2)', async () => {
    const { app, accepted, resource, events, hold, clock, client: newClient } = world()
    const tokens = opaque('a')
    app.tokens = tokens
    const client = newClient()
    await quiet()
    const release = hold(url)
    const call = watch(client.fetch(url, { method: 'POST' }))
    await quiet()

    Object.assign(tokens, opaque('b'))
    accepted.add('opaque-b')
    release()
    await clock.advance(5_000)

    expect(call.value?.status).toBe(401)
    expect(shown(resource)).toEqual(['opaque-a'])
    expect(events('session-id-missing')).toHaveLength(1)
  })
})

describe('a read that gives the same tokens', () => {
  it('keeps the sessionId, the expiry and the fields that memory knows (rule 2)', async () => {
    const { login, inTime, client: newClient } = world()
    const stored: { accessToken: string; refreshToken: string }[] = []
    const saved: TokenSet[] = []
    const client = newClient({
      // An app that stores the pair and nothing else.
      getTokens: () => stored.at(-1) ?? null,
      saveTokens: (next) => {
        saved.push(next)
        stored.push({ accessToken: next.accessToken, refreshToken: next.refreshToken ?? '' })
      },
    })
    const tokens = { ...login.signIn(), tenant: 'acme' }

    await inTime(client.setTokens(tokens))
    const before = client.state
    await inTime(client.fetch(url))
    const after = client.state
    await inTime(client.refresh())
    const { sessionId } = saved[0] ?? {}

    expect(before).toMatchObject({ status: 'authenticated', sessionId, expiresAt: tokens.expiresAt })
    expect(after).toBe(before)
    expect(saved[1]).toMatchObject({ sessionId, tenant: 'acme' })
    expect(client.state).toMatchObject({ sessionId })
  })
})
