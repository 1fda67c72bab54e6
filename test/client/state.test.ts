import { describe, expect, it } from 'vitest'
import { json } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { rejection, url, world } from './world.ts'

expectQuietProcess()

describe('state', () => {
  it('is frozen, whatever its status', async () => {
    const { restore, inTime, client: newClient } = world()
    const client = newClient()
    const states = [client.state]

    await quiet()
    states.push(client.state)
    await inTime(client.setTokens(restore('fresh')))
    states.push(client.state)
    await inTime(client.logout())
    states.push(client.state)

    expect(states.map(({ status }) => status)).toEqual(['restoring', 'anonymous', 'authenticated', 'ended'])
    for (const state of states) expect(Object.isFrozen(state)).toBe(true)
  })

  it('cannot be set', async () => {
    const { client: newClient } = world()
    const client = newClient()
    await quiet()

    expect(() => Object.assign(client, { state: { status: 'authenticated' } })).toThrow(TypeError)

    expect(client.state).toEqual({ status: 'anonymous' })
  })

  it('is seen through a Proxy, too, as every other member (Vue)', async () => {
    const { restore, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    const wrapped = new Proxy(client, {})
    await quiet()

    const response = await wrapped.fetch(url)

    expect(response.status).toBe(200)
    expect(wrapped.state).toBe(client.state)
    expect(wrapped.state.status).toBe('authenticated')
    expect(wrapped.coordination).toBe('client')
  })

  it('is the same object until it changes', async () => {
    const { restore, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient({ getTokens: () => app.tokens && { ...app.tokens } })
    await inTime(client.fetch(url))
    const before = client.state

    await inTime(client.fetch(url))
    await inTime(client.getAccessToken())
    const unchanged = client.state
    await inTime(client.refresh())

    expect(unchanged).toBe(before)
    expect(client.state).not.toBe(before)
  })

  it('tells status, sessionId, generation and expiry, and no secret (rule 13)', async () => {
    const { restore, client: newClient } = world()
    const tokens = restore('fresh', { idToken: 'id-secret' })
    const client = newClient()

    await quiet()

    expect(client.state).toEqual({
      status: 'authenticated',
      sessionId: 'session-a',
      generation: expect.any(Number),
      expiresAt: tokens.expiresAt,
    })
    expect(JSON.stringify(client.state)).not.toMatch(/access-|refresh-|secret/)
  })

  it('counts the changes of the token set by generation', async () => {
    const { restore, login, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await quiet()
    const generation = (): number => (client.state.status === 'authenticated' ? client.state.generation : Number.NaN)
    const seen = [generation()]

    await inTime(client.refresh())
    seen.push(generation())
    await inTime(client.fetch(url))
    seen.push(generation())
    await inTime(client.setTokens({ ...login.signIn(), sessionId: 'session-a' }))
    seen.push(generation())
    await inTime(client.setTokens(login.signIn()))
    seen.push(generation())

    const [first = Number.NaN] = seen
    expect(seen).toEqual([first, first + 1, first + 1, first + 2, first + 3])
  })

  it('counts a rotation by a foreign writer, too', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await inTime(client.fetch(url))
    const before = client.state

    app.tokens = { ...login.signIn(), sessionId: 'session-a' }
    await inTime(client.fetch(url))

    expect(before).toMatchObject({ status: 'authenticated', sessionId: 'session-a' })
    expect(client.state).toMatchObject({ status: 'authenticated', sessionId: 'session-a' })
    expect(client.state).not.toMatchObject({ generation: (before as { generation: number }).generation })
  })

  it('keeps the sessionId over a refresh, and so does what is saved (rule 2)', async () => {
    const { restore, app, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient()

    await inTime(client.fetch(url))

    expect(client.state).toMatchObject({ sessionId: 'session-a' })
    expect(app.saves.map(({ next }) => next.sessionId)).toEqual(['session-a'])
  })

  it('takes the expiry that a refresh gives', async () => {
    const { restore, clock, inTime, client: newClient } = world()
    restore('expired')
    const client = newClient()

    await inTime(client.fetch(url))

    expect(client.state).toMatchObject({ expiresAt: clock.now() + 3_600_000 })
  })

  it('does not change for a refresh that is unavailable', async () => {
    const { restore, login, inTime, client: newClient } = world()
    restore('refused')
    const client = newClient()
    await quiet()
    const before = client.state
    login.always(() => json(503, {}))

    const error = await rejection(inTime(client.fetch(url)))

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(client.state).toBe(before)
  })

  it('says why a session ended', async () => {
    const { restore, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()

    await inTime(client.logout())

    expect(client.state).toEqual({ status: 'ended', reason: 'signed_out' })
  })
})

describe('subscribe', () => {
  it('calls its listener when the state has changed, and only then', async () => {
    const { restore, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    const seen: string[] = []
    client.subscribe(() => seen.push(client.state.status))

    await inTime(client.fetch(url))
    const atFirst = [...seen]
    await inTime(client.fetch(url))
    await inTime(client.getAccessToken())
    const unchanged = [...seen]
    await inTime(client.logout())
    await quiet()

    expect(atFirst).toEqual(['authenticated'])
    expect(unchanged).toEqual(['authenticated'])
    expect(seen).toEqual(['authenticated', 'ended'])
  })

  it('has the shape of useSyncExternalStore: what the listener reads is new, and stays until the next call', async () => {
    const { login, inTime, client: newClient } = world()
    const { subscribe, ...rest } = { subscribe: newClient().subscribe }
    expect(rest).toEqual({})
    const client = newClient()
    const snapshots = [client.state]
    const unsubscribe = client.subscribe(() => snapshots.push(client.state))

    await quiet()
    await inTime(client.setTokens(login.signIn()))
    await inTime(client.refresh())
    await inTime(client.logout())
    await quiet()

    expect(unsubscribe).toBeTypeOf('function')
    expect(subscribe).toBeTypeOf('function')
    expect(new Set(snapshots).size).toBe(snapshots.length)
    expect(snapshots.at(-1)).toBe(client.state)
    expect(snapshots.map(({ status }) => status)).toEqual(['restoring', 'anonymous', 'authenticated', 'authenticated', 'ended'])
  })

  it('stops at unsubscribe, once or twice, and for that listener only', async () => {
    const { login, inTime, client: newClient } = world()
    const client = newClient()
    await quiet()
    const heard: string[] = []
    const unsubscribe = client.subscribe(() => heard.push('one'))
    client.subscribe(() => heard.push('other'))

    unsubscribe()
    unsubscribe()
    await inTime(client.setTokens(login.signIn()))
    await quiet()

    expect(heard).toEqual(['other'])
  })

  it('does not call a listener that has unsubscribed since the change', async () => {
    const { login, inTime, client: newClient } = world()
    const client = newClient()
    await quiet()
    const heard: string[] = []
    const unsubscribe = client.subscribe(() => heard.push(client.state.status))

    const signingIn = client.setTokens(login.signIn())
    unsubscribe()
    await inTime(signingIn)
    await quiet()

    expect(heard).toEqual([])
  })

  it('lets a listener leave while it is being called', async () => {
    const { login, inTime, client: newClient } = world()
    const client = newClient()
    await quiet()
    const heard: string[] = []
    const unsubscribe = client.subscribe(() => {
      heard.push('once')
      unsubscribe()
    })
    client.subscribe(() => heard.push('always'))

    await inTime(client.setTokens(login.signIn()))
    await inTime(client.logout())
    await quiet()

    expect(heard.filter((name) => name === 'once')).toHaveLength(1)
    expect(heard.filter((name) => name === 'always')).toHaveLength(2)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('listener failed')
      },
    ],
    ['rejects', () => Promise.reject(new Error('listener failed'))],
  ])('turns a listener that %s into a callback-error event; the call and the other listeners go on (rule 7)', async (_how, fail) => {
    const { restore, events, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    const heard: string[] = []
    client.subscribe(fail)
    client.subscribe(() => heard.push(client.state.status))

    const response = await inTime(client.fetch(url))
    await quiet()

    expect(response.status).toBe(200)
    expect(heard).toEqual(['authenticated'])
    expect(events('callback-error')).toEqual([
      { type: 'callback-error', at: expect.any(Number), callback: 'subscribe', error: new Error('listener failed') },
    ])
  })

  it('calls a listener that came late for later changes', async () => {
    const { restore, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await inTime(client.fetch(url))
    const heard: string[] = []

    client.subscribe(() => heard.push(client.state.status))
    await inTime(client.logout())
    await quiet()

    expect(heard).toEqual(['ended'])
  })
})
