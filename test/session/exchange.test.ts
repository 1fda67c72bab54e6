import { type Grant, type GrantContext, RefreshUnavailableError, type TokenSet } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { exchange } from '../../src/session/exchange.ts'
import type { Phase } from '../../src/session/phase.ts'
import type { StoredSession } from '../../src/tokens/token-set.ts'
import { jwt } from '../client/world.ts'
import { quiet, testClock } from '../support/clock.ts'
import { deferred } from '../support/deferred.ts'

const bearer = (type = 'Bearer'): boolean => /^bearer$/i.test(type)
const anything = (): boolean => true
const unusable = 'The grant gave no usable accessToken, or a tokenType that no scheme here sends'

/** One exchange of what is held; `given` is what the grant brings. */
function run(
  held: StoredSession | undefined,
  given: unknown,
  acceptsType: (type: string | undefined) => boolean = bearer,
  about: Partial<GrantContext & Pick<Grant, 'needs'>> = {},
) {
  const rotated: string[] = []
  const deadline = new AbortController()
  const seen: (TokenSet | null)[] = []
  const grant: Grant = async (tokens) => {
    seen.push(tokens)
    return (await given) as TokenSet
  }
  const { needs, ...asked } = about
  const context: GrantContext = {
    ...asked,
    fetch,
    signal: deadline.signal,
    clock: testClock(),
    rotated: (refreshToken) => rotated.push(refreshToken),
  }
  return { rotated, deadline, seen, start: () => exchange(Object.assign(grant, { needs }), { held } as Phase, context, acceptsType) }
}

const held = { accessToken: 'access-1', refreshToken: 'refresh-1', scope: 'a', expiresAt: 1, sessionId: 's', tenant: 't' }

describe('an exchange', () => {
  it('keeps what the result leaves out, except the expiry', async () => {
    const { start, seen } = run(held, { accessToken: 'access-2', scope: null, idToken: undefined })

    const next = await start()

    expect(seen).toEqual([held])
    expect(next).toEqual({ ...held, accessToken: 'access-2', expiresAt: undefined })
    expect(Object.keys(next)).not.toContain('idToken')
  })

  it('keeps the refresh token where the result has an empty one (F19)', async () => {
    const { start } = run(held, { accessToken: 'access-2', refreshToken: '' })

    expect(await start()).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-1' })
  })

  it("takes what the result has, but keeps the session's id", async () => {
    const { start } = run(held, { accessToken: 'access-2', refreshToken: 'refresh-2', scope: 'b', expiresAt: 9, sessionId: 'other' })

    expect(await start()).toEqual({ ...held, accessToken: 'access-2', refreshToken: 'refresh-2', scope: 'b', expiresAt: 9 })
  })

  it('may start from nothing, and then takes the id that comes', async () => {
    const { start, seen } = run(undefined, { accessToken: 'access-1', sessionId: 'new' })

    expect(await start()).toMatchObject({ accessToken: 'access-1', sessionId: 'new' })
    expect(seen).toEqual([null])
  })

  it('adds one to the counter of a cookie session, which has no tokens', async () => {
    expect(await run({ sessionId: 's', counter: 4 }, undefined).start()).toEqual({ sessionId: 's', counter: 5 })
    expect(await run({ sessionId: 's', counter: 4 }, {}).start()).toEqual({ sessionId: 's', counter: 5 })
  })

  it('turns a cookie session into tokens where tokens come', async () => {
    expect(await run({ sessionId: 's', counter: 4 }, { accessToken: 'access-1' }).start()).toMatchObject({ accessToken: 'access-1' })
  })

  it('is unusable without tokens, except for a cookie session with its counter', async () => {
    await expect(run(undefined, undefined).start()).rejects.toThrow(unusable)
    await expect(run({ sessionId: 's' } as never, {}).start()).rejects.toThrow(unusable)
    await expect(run(held, undefined).start()).rejects.toThrow(unusable)
  })

  it.each([[{}], [{ accessToken: '' }], [{ accessToken: 'a b' }], [{ accessToken: 7 }], [{ accessToken: 'ok', tokenType: 'mac' }]])(
    'throws for %j, and reports the rotation in it (F16, F17)',
    async (given) => {
      const { start, rotated } = run(held, { ...given, refreshToken: 'refresh-2' })

      const error = await start().catch((reason: unknown) => reason)

      expect(error).toBeInstanceOf(RefreshUnavailableError)
      expect(error).toMatchObject({ message: unusable })
      expect(rotated).toEqual(['refresh-2'])
    },
  )

  it('reports an empty rotation where there is none', async () => {
    const { start, rotated } = run(held, {})

    await expect(start()).rejects.toThrow(unusable)

    expect(rotated).toEqual([''])
  })

  it.each([undefined, 'Bearer', 'DPoP'])('treats a missing token type as the previous one, %s', async (tokenType) => {
    const asked: (string | undefined)[] = []

    await run({ ...held, tokenType }, { accessToken: 'access-2' }, (type) => asked.push(type) > 0).start()

    expect(asked).toEqual([tokenType])
  })
})

describe('an exchange whose token names another subject (F27)', () => {
  const ada = { ...held, accessToken: jwt({ sub: 'ada' }) }

  it('is dropped whole', async () => {
    const { start, rotated } = run(ada, { accessToken: jwt({ sub: 'eve' }), refreshToken: 'refresh-2' })

    await expect(start()).rejects.toThrow('The new token has another subject')
    expect(rotated).toEqual([])
  })

  it('is unusable, and not dropped, where nothing came at all', async () => {
    await expect(run(ada, undefined).start()).rejects.toThrow(unusable)
  })

  it.each([jwt({ sub: 'ada' }), jwt({}), 'opaque'])('is accepted where that is the same, or nobody is named', async (accessToken) => {
    expect(await run(ada, { accessToken }).start()).toMatchObject({ accessToken })
  })

  it.each([{ resource: 'https://files.example.com' }, { needs: 'nothing' as const }])(
    'is accepted where the user may have another name there, or the token is nobody’s: %j (RFC 9068 §6)',
    async (about) => {
      const accessToken = jwt({ sub: 'pairwise' })

      expect(await run(ada, { accessToken }, bearer, about).start()).toMatchObject({ accessToken })
    },
  )

  it.each([
    [{ id: 1 }, { id: 1 }],
    [['1'], ['1']],
    [1, '1'],
    ['1', 1],
  ])('is not of another one where a server writes %j and then %j', async (before, after) => {
    const { start } = run({ accessToken: jwt({ sub: before }) }, { accessToken: jwt({ sub: after }), refreshToken: 'refresh-2' })

    expect(await start()).toMatchObject({ refreshToken: 'refresh-2' })
  })

  it('is accepted where the old token named nobody', async () => {
    const accessToken = jwt({ sub: 'eve' })

    expect(await run(held, { accessToken }).start()).toMatchObject({ accessToken })
  })
})

it.each(['', null, 7])('keeps the type of the session where %j comes in its place', async (tokenType) => {
  const { start } = run({ ...held, tokenType: 'DPoP' }, { accessToken: 'access-2', tokenType }, anything)

  expect(await start()).toMatchObject({ accessToken: 'access-2', tokenType: 'DPoP' })
})

it('takes a token without a type also where the store holds a type that is none', async () => {
  const { start } = run({ ...held, tokenType: 7 as never }, { accessToken: 'access-2' })

  expect(await start()).toMatchObject({ accessToken: 'access-2' })
})

describe('an exchange of bound tokens (A47)', () => {
  const bound = { ...held, tokenType: 'DPoP' }

  it('refuses tokens of another type', async () => {
    await expect(run(bound, { accessToken: 'access-2', tokenType: 'Bearer' }, anything).start()).rejects.toThrow(unusable)
    await expect(run(bound, { accessToken: 'access-2', tokenType: 'x-dpop' }, anything).start()).rejects.toThrow(unusable)
    await expect(run(bound, { accessToken: 'access-2', tokenType: 'dpop-x' }, anything).start()).rejects.toThrow(unusable)
    await expect(run(bound, undefined, anything).start()).rejects.toThrow(unusable)
  })

  it.each(['DPoP', 'dpop', undefined])('accepts the type %s', async (tokenType) => {
    expect(await run(bound, { accessToken: 'access-2', tokenType }, anything).start()).toMatchObject({ accessToken: 'access-2' })
  })

  it.each(['x-dpop', 'dpop-x'])('does not include a session of type %s', async (tokenType) => {
    const { start } = run({ ...held, tokenType }, { accessToken: 'access-2', tokenType: 'Bearer' }, anything)

    expect(await start()).toMatchObject({ tokenType: 'Bearer' })
  })
})

describe('an exchange and its deadline (rule 6)', () => {
  it('presents nothing after the deadline', async () => {
    const { start, deadline, seen } = run(held, { accessToken: 'access-2' })
    deadline.abort(new Error('too late'))

    await expect(start()).rejects.toThrow('too late')

    expect(seen).toEqual([])
  })

  it('ends there, and reports a rotation that arrives later', async () => {
    const answer = deferred<unknown>()
    const { start, deadline, rotated } = run(held, answer.promise)
    const exchanged = start()
    await quiet()

    deadline.abort(new Error('too late'))
    await expect(exchanged).rejects.toThrow('too late')
    answer.resolve({ accessToken: 'access-2', refreshToken: 'refresh-2' })
    await quiet()

    expect(rotated).toEqual(['refresh-2'])
  })

  it('reports an empty rotation for an answer that arrives later without one', async () => {
    const answer = deferred<unknown>()
    const { start, deadline, rotated } = run(held, answer.promise)
    const exchanged = start()
    await quiet()
    deadline.abort(new Error('too late'))
    await expect(exchanged).rejects.toThrow('too late')

    answer.resolve({ accessToken: 'access-2' })
    await quiet()

    expect(rotated).toEqual([''])
  })

  it('reports no rotation that arrived in time', async () => {
    const { start, deadline, rotated } = run(held, { accessToken: 'access-2', refreshToken: 'refresh-2' })
    await start()

    deadline.abort()
    await quiet()

    expect(rotated).toEqual([])
  })

  it('leaves no unhandled rejection where a grant fails after the deadline, or brings nothing', async () => {
    for (const late of [Promise.reject(new Error('late')), Promise.resolve(undefined), Promise.resolve({})]) {
      late.catch(() => {})
      const answer = deferred<unknown>()
      const { start, deadline } = run(held, answer.promise)
      const exchanged = start()
      await quiet()
      deadline.abort(new Error('too late'))
      await expect(exchanged).rejects.toThrow('too late')
      answer.resolve(late)
      await quiet()
    }
  })
})

it.each([
  ['the access token', { accessToken: jwt({ sub: 'ada' }) }, { accessToken: jwt({ sub: 'eve' }) }],
  ['the ID token beside opaque ones', { idToken: jwt({ sub: 'ada' }) }, { accessToken: 'access-2', idToken: jwt({ sub: 'eve' }) }],
])('drops an answer that was meant for somebody else by %s (F27)', async (_, before, given) => {
  const { start, rotated } = run({ ...held, ...before }, { refreshToken: 'refresh-2', ...given })

  await expect(start()).rejects.toThrow('The new token has another subject')
  expect(rotated).toEqual([])
})
