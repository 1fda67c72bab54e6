import type { AuthenticatedClientOptions, ClientEvent, TokenSet } from 'authenticated-client'
import { describe, expect, it } from 'vitest'
import { json, unauthorized } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { shown, url, world } from './world.ts'

expectQuietProcess()

describe('onEvent', () => {
  it('hears events that all have a kebab-case type and a time of the clock', async () => {
    const { restore, app, clock, inTime, client: newClient } = world()
    restore('refused')
    const start = clock.now()
    const client = newClient()

    await inTime(client.fetch(url))
    await inTime(client.logout())
    await quiet()

    expect(new Set(app.events.map(({ type }) => type)).size).toBeGreaterThan(4)
    for (const event of app.events) {
      expect(event.type).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(event.at).toBeGreaterThanOrEqual(start)
      expect(event.at).toBeLessThanOrEqual(clock.now())
    }
  })

  it('hears no more than 256 characters of what a server calls an error (A28)', async () => {
    const { restore, resource, app, inTime, client: newClient } = world()
    restore('fresh')
    resource.next(() => unauthorized(`Bearer error="${'x'.repeat(5_000)}"`))

    await inTime(newClient().fetch(url))
    await quiet()

    expect(app.events.map((event) => event.type)).toContain('decision')
    expect(Math.max(...app.events.map((event) => JSON.stringify(event).length))).toBeLessThan(1_000)
  })

  it('hears in order what happens to the session', async () => {
    const { restore, app, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient()

    await inTime(client.fetch(url))
    await inTime(client.logout())
    await quiet()

    const ofSession = ['session-changed', 'refresh-started', 'refresh-ended', 'logout']
    const types = app.events.map(({ type }) => type).filter((type) => ofSession.includes(type))
    expect(types[0]).toBe('session-changed')
    expect(types.indexOf('refresh-started')).toBeLessThan(types.indexOf('refresh-ended'))
    expect(types.indexOf('refresh-ended')).toBeLessThan(types.indexOf('logout'))
    expect(types.filter((type) => type === 'logout')).toHaveLength(1)
  })

  it('hears once about each refresh: why it began, and how it ended', async () => {
    const { restore, login, events, clock, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient()

    await inTime(Promise.all([client.fetch(url), client.fetch(url)]))
    await inTime(client.refresh())
    login.next(() => json(503, {}))
    login.spoilAccessTokens()
    await Promise.allSettled([inTime(client.fetch(url))])
    await clock.advance(60_000)
    login.revoke((await inTime(client.getAccessToken())) as string)
    await inTime(client.fetch(url))
    await quiet()

    expect(events('refresh-started').map(({ because }) => because)).toEqual(['unauthorized', 'asked', 'unauthorized', 'unauthorized'])
    expect(events('refresh-ended').map(({ outcome }) => outcome)).toEqual(['refreshed', 'refreshed', 'unavailable', 'rejected'])
    expect(events('refresh-ended')[2]).toMatchObject({ error: { name: 'RefreshUnavailableError', retryAt: expect.any(Number) } })
  })

  it('hears of every state that client.state shows', async () => {
    const { restore, login, events, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient()

    await inTime(client.fetch(url))
    await inTime(client.setTokens(login.signIn()))
    await inTime(client.logout())
    await quiet()

    const states = events('session-changed').map(({ state }) => state)
    expect(states.map(({ status }) => status)).toEqual(['authenticated', 'authenticated', 'authenticated', 'ended'])
    expect(states.at(-1)).toBe(client.state)
  })

  it('hears whether the revocation worked', async () => {
    for (const works of [true, false]) {
      const { restore, login, events, clock, inTime, client: newClient } = world()
      restore('fresh')
      const client = newClient()
      await quiet()
      if (!works) login.always(() => json(400, { error: 'unsupported_token_type' }))

      await inTime(client.logout())
      await clock.advance(60_000)

      expect(events('revocation').map(({ revoked }) => revoked)).toEqual([works])
    }
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('metrics failed')
      },
    ],
    ['rejects', () => Promise.reject(new Error('metrics failed'))],
    ['hangs', () => new Promise(() => {})],
  ])('may be a handler that %s: the client goes on, and does not report its failures to it for ever (rule 7)', async (_how, fail) => {
    const { restore, login, inTime, client: newClient } = world()
    restore('refused')
    let heard = 0
    const client = newClient({
      onEvent: () => {
        heard++
        return fail() as never
      },
    })

    const response = await inTime(client.fetch(url), 10_000)
    await inTime(client.logout(), 10_000)
    await quiet()

    expect(response.status).toBe(200)
    expect(login.refreshes).toBe(1)
    expect(heard).toBeLessThan(100)
  })

  it('hears what it threw itself, at once or later, but not of what it threw about that (rule 7)', async () => {
    const { restore, inTime, client: newClient } = world()
    restore('fresh')
    const errors: unknown[] = []
    const client = newClient({
      onEvent: (event) => {
        if (event.type === 'request') throw new Error('at once')
        if (event.type === 'session-changed') return Promise.reject(new Error('later')) as never
        if (event.type !== 'callback-error') return
        errors.push([event.callback, event.error])
        throw new Error('again')
      },
    })

    await inTime(client.fetch(url))
    await quiet()

    expect(errors).toEqual([
      ['onEvent', new Error('at once')],
      ['onEvent', new Error('later')],
    ])
  })

  it('may change what it is given, without any effect', async () => {
    const { restore, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient({
      onEvent: (event) => {
        try {
          for (const key of Object.keys(event)) Reflect.deleteProperty(event, key)
        } catch {
          // Frozen is as good.
        }
      },
    })

    expect((await inTime(client.fetch(url))).status).toBe(200)
    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'session-a' })
  })
})

describe('request-failed', () => {
  it.each<[string, () => Promise<Response>]>([
    ['rejects', () => Promise.reject(new RangeError('mine'))],
    [
      'throws at once',
      () => {
        throw new RangeError('mine')
      },
    ],
  ])('tells of a fetch that %s', async (_how, fetch) => {
    const { restore, events, client: newClient } = world()
    restore('fresh')
    const client = newClient({ fetch })

    await expect(client.fetch(url)).rejects.toThrow('mine')
    await quiet()

    expect(events('request-failed')).toEqual([expect.objectContaining({ call: 0, attempt: 0, error: 'RangeError' })])
  })
})

describe('callback-error', () => {
  const refusal = () => unauthorized('Bearer error="insufficient_scope", scope="admin"', { status: 403 })

  it.each<[ClientEvent['type'], string, AuthenticatedClientOptions]>([
    [
      'callback-error',
      'onLogout',
      {
        onLogout: () => {
          throw new Error('mine')
        },
      },
    ],
    ['callback-error', 'onLogout', { onLogout: () => Promise.reject(new Error('mine')) as unknown as undefined }],
    [
      'callback-error',
      'onStepUp',
      {
        onStepUp: () => {
          throw new Error('mine')
        },
      },
    ],
    ['callback-error', 'onStepUp', { onStepUp: () => Promise.reject(new Error('mine')) }],
  ])('%s tells what %s threw, untouched; calls get their answers (rule 7, F100)', async (_type, callback, options) => {
    const { restore, resource, events, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient(options)
    resource.next(refusal)

    const response = await inTime(client.fetch(url))
    await inTime(client.logout())
    await quiet()

    expect(response.status).toBe(403)
    expect(events('callback-error')).toEqual([{ type: 'callback-error', at: expect.any(Number), callback, error: new Error('mine') }])
  })

  it.each<[string, () => boolean | Promise<boolean>]>([
    [
      'throws',
      () => {
        throw new Error('mine')
      },
    ],
    ['rejects', () => Promise.reject(new Error('mine'))],
  ])('isUnauthorized that %s counts as false', async (_how, isUnauthorized) => {
    const { restore, resource, login, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient({ isUnauthorized })
    resource.next(() => json(200, { errors: ['unauthenticated'] }))

    const response = await inTime(client.fetch(url))

    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ errors: ['unauthenticated'] })
    expect(login.requests).toHaveLength(0)
  })

  it.each<[string, unknown]>([
    ['a token that fails the grammar', { accessToken: 'bad\ntoken' }],
    ['an empty object', {}],
    ['a bare string', 'bad'],
    ['a token that is no string', { accessToken: 5 }],
  ])('onStepUp may give %s, which setTokens refuses: the call gets its answer, the session is as it was (A34, F44)', async (_what, bad) => {
    const { restore, resource, app, inTime, client: newClient } = world()
    const tokens = restore('fresh')
    const client = newClient({ onStepUp: () => bad as TokenSet })
    resource.next(refusal)

    const response = await inTime(client.fetch(url))
    const next = await inTime(client.fetch(url))

    expect(response.status).toBe(403)
    expect(next.status).toBe(200)
    expect(shown(resource)).toEqual([tokens.accessToken, tokens.accessToken])
    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'session-a' })
    expect([app.saves, app.logouts]).toEqual([[], []])
  })
})
