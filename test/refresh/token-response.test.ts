import { isAuthError, SessionEndedError } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { json } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'
import { calls, jwt, presented, rejection, type Setting, shown, signedIn, url, type World, watch, watchedLock } from './signed-in.ts'

describe('a rotation received in an answer that is otherwise unusable', () => {
  for (const [name, spoil] of [
    ['has no access_token', { access_token: undefined }],
    ['has a number for access_token (F16)', { access_token: 1 }],
    ['has an empty access_token (F16)', { access_token: '' }],
    ['has an access_token with a line break (F16)', { access_token: 'a\nb' }],
    ['has token_type mac (F17)', { token_type: 'mac' }],
    ['has token_type DPoP (F17)', { token_type: 'DPoP' }],
  ] as [string, Record<string, unknown>][]) {
    it(`is kept where the answer ${name}: the consumed token is never presented again (rule 5)`, async () => {
      const { world, spoilt } = await withSpoiltAnswers(spoil)
      const { client, login, clock, app, inTime } = world

      const error = await rejection(inTime(client.fetch(url)))
      const kept = app.tokens
      spoilt(false)
      await clock.advance(10_000)
      const response = await inTime(client.fetch(url))

      expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
      expect(kept).toMatchObject({ accessToken: 'access-1', refreshToken: 'refresh-2' })
      expect(response.status).toBe(200)
      expect(await Promise.all(login.tokenRequests.map(presented))).toEqual(['refresh-1', 'refresh-2'])
      expect(login.reuses).toBe(0)
      expect(app.logouts).toEqual([])
    })
  }

  it('is saved before the lock is let go, though the calls are told after a second (rule 5)', async () => {
    const saved = deferred()
    const lock = watchedLock()
    const { world } = await withSpoiltAnswers(
      { access_token: null },
      {
        standing: 'expired',
        saving: async (_next, save) => {
          await saved.promise
          save()
        },
        lock,
      },
    )

    const call = watch(world.client.fetch(url))
    await world.clock.advance(4_000)
    const before = { isHeld: lock.isHeld, call: call.state }
    saved.resolve()
    await quiet()

    expect(before).toEqual({ isHeld: true, call: 'rejected' })
    expect(lock.isHeld).toBe(false)
  })

  it('is saved before the lock is let go, also where what came next has failed (rule 5)', async () => {
    const saved = deferred()
    const lock = watchedLock()
    let asked = 0
    const { client, clock } = await signedIn({
      standing: 'expired',
      lock,
      saving: async (_next, save) => {
        await saved.promise
        save()
      },
      grant: async (_tokens, { rotated }) => {
        if (asked++) throw new Error('out of order')
        rotated('refresh-2')
        throw new SessionEndedError()
      },
    })

    const call = watch(client.fetch(url))
    await clock.advance(6_000)
    const before = { asked, isHeld: lock.isHeld, call: call.state }
    saved.resolve()
    await quiet()

    expect(before).toEqual({ asked: 2, isHeld: true, call: 'rejected' })
    expect(lock.isHeld).toBe(false)
  })

  it('is kept through one unusable answer after another (rule 5)', async () => {
    const { world, spoilt } = await withSpoiltAnswers({ access_token: null })
    const { client, login, clock, app, inTime } = world

    for (let turn = 0; turn < 4; turn++) {
      await rejection(inTime(client.fetch(url)))
      await clock.advance(30_000)
    }
    spoilt(false)
    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(login.reuses).toBe(0)
    expect(app.tokens).toMatchObject({ refreshToken: 'refresh-6' })
  })

  it('is presented no second time in the same flight, nor is the consumed one (rule 5, rule 6)', async () => {
    const { world } = await withSpoiltAnswers({ access_token: null })

    await rejection(world.inTime(world.client.fetch(url)))

    expect(world.login.tokenRequests).toHaveLength(1)
  })

  it('does not stop calls while the access token is still good (rule 5)', async () => {
    const { world } = await withSpoiltAnswers({ access_token: null }, { standing: 'nearly spent' })

    const response = await world.inTime(world.client.fetch(url))

    expect(response.status).toBe(200)
    expect(shown(world.resource)).toEqual(['access-1'])
    expect(world.app.tokens).toMatchObject({ refreshToken: 'refresh-2' })
  })

  it('does not overwrite a user who signed in meanwhile (rule 5, rule 3)', async () => {
    const { world } = await withSpoiltAnswers({ access_token: null }, { standing: 'refused', sessionId: 'alice' }, () => {
      world.app.tokens = { accessToken: 'bob', refreshToken: 'refresh-bob', sessionId: 'bob' }
    })

    const response = await world.inTime(world.client.fetch(url))

    expect(response.status).toBe(401)
    expect(world.app.tokens).toMatchObject({ accessToken: 'bob', refreshToken: 'refresh-bob' })
    expect(shown(world.resource)).toEqual(['access-1'])
  })
})

describe('a refresh token in the answer', () => {
  for (const [name, value] of [
    ['is missing (F18)', undefined],
    ['is empty (F19)', ''],
    ['is null (F19)', null],
    ['is a number (F19)', 7],
    ['is a list (F19)', ['refresh-2']],
    ['is the same again (F20)', 'refresh-1'],
  ] as const) {
    it(`that ${name} leaves the old one in use`, async () => {
      const { client, login, app, inTime } = await signedIn()
      login.always(() => json(200, { access_token: `access-${login.requests.length + 1}`, expires_in: 60, refresh_token: value }))

      await inTime(client.refresh())
      await inTime(client.refresh())

      expect(app.tokens).toMatchObject({ accessToken: 'access-3', refreshToken: 'refresh-1' })
      expect(await Promise.all(login.tokenRequests.map(presented))).toEqual(['refresh-1', 'refresh-1'])
    })
  }

  it('takes the place of the old one', async () => {
    const { client, login, app, inTime } = await signedIn()

    await inTime(client.refresh())
    await inTime(client.refresh())

    expect(app.saved.map(({ refreshToken }) => refreshToken)).toEqual(['refresh-2', 'refresh-3'])
    expect(await Promise.all(login.tokenRequests.map(presented))).toEqual(['refresh-1', 'refresh-2'])
  })
})

describe('token_type', () => {
  for (const value of ['Bearer', 'bearer', 'BEARER', undefined]) {
    it(`${value ?? 'missing'} is Bearer (F17, rule 11)`, async () => {
      const { client, login, resource, inTime } = await signedIn({ standing: 'expired' })
      login.next(() => json(200, { access_token: 'access-2', token_type: value }))
      resource.always(() => json(200, {}))

      await inTime(client.fetch(url))

      expect(resource.requests[0]?.headers.get('authorization')).toBe('Bearer access-2')
    })
  }
})

describe('the JSON of an answer', () => {
  it('may begin with a byte order mark (F14)', async () => {
    const { client, login, app, inTime } = await signedIn()
    login.next(() => new Response(`\uFEFF${JSON.stringify({ access_token: 'access-2', token_type: 'Bearer' })}`))

    await inTime(client.refresh())

    expect(app.tokens).toMatchObject({ accessToken: 'access-2' })
  })

  it('may repeat a name: the last counts (F26)', async () => {
    const { client, login, app, inTime } = await signedIn()
    login.next(() => new Response('{"access_token":"old","token_type":"Bearer","access_token":"access-2"}'))

    await inTime(client.refresh())

    expect(app.tokens).toMatchObject({ accessToken: 'access-2' })
  })

  it('changes no prototype, and fields that no RFC names are dropped (F26, A27)', async () => {
    const { client, login, app, inTime } = await signedIn()
    login.next(
      () =>
        new Response(
          '{"access_token":"access-2","__proto__":{"polluted":1},"constructor":{"polluted":1},"sessionId":"evil","expiresAt":5}',
        ),
    )

    await inTime(client.refresh())

    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect((app.tokens as { polluted?: unknown } | null)?.polluted).toBeUndefined()
    expect(app.tokens).toMatchObject({ accessToken: 'access-2' })
    expect(app.tokens?.sessionId).not.toBe('evil')
    expect(app.tokens?.expiresAt).not.toBe(5)
  })

  it('brings scope and ID token along where it has them', async () => {
    const { client, login, app, inTime } = await signedIn({ stored: { scope: 'read write', idToken: 'old' } })
    login.next(() => json(200, { access_token: 'access-2', scope: 'read', id_token: 'new' }))

    await inTime(client.refresh())

    expect(app.tokens).toMatchObject({ accessToken: 'access-2', scope: 'read', idToken: 'new' })
  })

  it('is believed under any media type once it is usable, as with application/json', async () => {
    const { client, login, app, inTime } = await signedIn()
    login.next(
      () =>
        new Response('{"access_token":"access-2","token_type":"Bearer"}', {
          headers: { 'Content-Type': 'application/json;charset=UTF-8' },
        }),
    )

    await inTime(client.refresh())

    expect(app.tokens).toMatchObject({ accessToken: 'access-2' })
  })
})

describe('an answer that belongs to somebody else', () => {
  for (const standing of ['refused', 'expired'] as const) {
    it(`is dropped: neither saved nor sent (${standing} token; F27)`, async () => {
      const alice = jwt({ sub: 'alice' })
      const bob = jwt({ sub: 'bob' })
      const { client, login, resource, app, inTime } = await signedIn({ standing, stored: { accessToken: alice } })
      login.always(() => json(200, { access_token: bob, token_type: 'Bearer', expires_in: 60 }))

      const error = await rejection(inTime(client.fetch(url)))

      expect(isAuthError(error)).toBe(true)
      expect(shown(resource)).not.toContain(bob)
      expect(app.saved.map(({ accessToken }) => accessToken)).not.toContain(bob)
      expect(app.tokens).toMatchObject({ accessToken: alice })
    })
  }

  it('cannot be told from opaque tokens: they are taken (F27, rule 2)', async () => {
    const { client, login, app, inTime } = await signedIn({ stored: { accessToken: jwt({ sub: 'alice' }) } })
    login.next(() => json(200, { access_token: 'opaque' }))

    await inTime(client.refresh())

    expect(app.tokens).toMatchObject({ accessToken: 'opaque' })
  })
})

describe('a stored access token that no header can carry', () => {
  for (const accessToken of ['a b', 'a\r\nX-Evil: 1', '', 'tokén', '"quoted"']) {
    it(`counts as over: ${JSON.stringify(accessToken)} is never sent, a refresh comes first (F16, A34)`, async () => {
      const { client, login, resource, inTime } = await signedIn({ stored: { accessToken } })

      const responses = await inTime(Promise.all(calls(client, 5)))

      expect(responses.map(({ status }) => status)).toEqual(Array(5).fill(200))
      expect(login.tokenRequests).toHaveLength(1)
      expect(new Set(shown(resource))).toEqual(new Set(['access-2']))
    })

    it(`is not sent when no other can be had, either: ${JSON.stringify(accessToken)} (F16, A34)`, async () => {
      const { client, login, resource, inTime } = await signedIn({ stored: { accessToken } })
      login.always(() => json(503, {}))

      const error = await rejection(inTime(client.fetch(url)))

      expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
      expect(resource.requests).toHaveLength(0)
    })
  }

  it('is not given to whoever asks for a token; the session is there all the same', async () => {
    const { client } = await signedIn({ stored: { accessToken: 'a b', refreshToken: undefined } })

    expect(await rejection(client.getAccessToken())).toMatchObject({
      code: 'ERR_REFRESH_UNAVAILABLE',
      message: expect.stringContaining('no access token'),
    })
  })
})

/** The authorization server rotates and answers, and the answer arrives with some fields replaced until the test says otherwise. */
async function withSpoiltAnswers(
  replaced: Record<string, unknown>,
  setting: Setting = { standing: 'refused' },
  meanwhile?: () => void,
): Promise<{ world: World; spoilt: (value: boolean) => void }> {
  let isSpoilt = true
  const world = await signedIn({
    ...setting,
    through: (send) => async (input, init) => {
      const response = await send(input, init)
      if (!isSpoilt || !String(input instanceof Request ? input.url : input).endsWith('/token')) return response
      meanwhile?.()
      return json(response.status, { ...((await response.json()) as object), ...replaced })
    },
  })
  return {
    world,
    spoilt: (value) => {
      isSpoilt = value
    },
  }
}
