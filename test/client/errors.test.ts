import {
  AuthError,
  isAuthError,
  LockTimeoutError,
  RefreshExcessiveError,
  RefreshUnavailableError,
  SessionChangedError,
  SessionEndedError,
  StorageError,
  TokenEndpointError,
} from 'authenticated-client'
import { describe, expect, it, vi } from 'vitest'
import { json, unauthorized } from '../support/authorization-server.ts'
import { quiet } from '../support/clock.ts'
import { expectQuietProcess } from '../support/quiet-process.ts'
import { rejection, url, world } from './world.ts'

expectQuietProcess()

const errors: [string, `ERR_${string}`, () => AuthError][] = [
  ['TokenEndpointError', 'ERR_TOKEN_ENDPOINT', () => new TokenEndpointError('invalid_client')],
  ['RefreshUnavailableError', 'ERR_REFRESH_UNAVAILABLE', () => new RefreshUnavailableError('Not now')],
  ['RefreshExcessiveError', 'ERR_REFRESH_EXCESSIVE', () => new RefreshExcessiveError()],
  ['SessionEndedError', 'ERR_SESSION_ENDED', () => new SessionEndedError()],
  ['SessionChangedError', 'ERR_SESSION_CHANGED', () => new SessionChangedError()],
  ['StorageError', 'ERR_STORAGE', () => new StorageError('Full')],
  ['LockTimeoutError', 'ERR_LOCK_TIMEOUT', () => new LockTimeoutError()],
]

describe.each(errors)('%s', (name, code, make) => {
  it('has a literal name and code, and a message', () => {
    const error = make()

    expect(error).toMatchObject({ name, code })
    expect(error.message).not.toBe('')
    expect(String(error)).toBe(`${name}: ${error.message}`)
    expect(error.stack).toContain(error.message)
  })

  it('is an AuthError and an Error, and no TypeError', () => {
    const error = make()

    expect(error).toBeInstanceOf(AuthError)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(TypeError)
    expect(isAuthError(error)).toBe(true)
  })

  it('is known to another copy of the package, whose classes are others', async () => {
    vi.resetModules()
    const copy = await import('authenticated-client')

    expect(copy.AuthError).not.toBe(AuthError)
    expect(make()).not.toBeInstanceOf(copy.AuthError)
    expect(copy.isAuthError(make())).toBe(true)
    expect(isAuthError(new copy.SessionChangedError())).toBe(true)
  })
})

describe('isAuthError', () => {
  it.each([
    ['an Error', new Error('x')],
    ['a TypeError', new TypeError('x')],
    ['an AbortError', new DOMException('x', 'AbortError')],
    ['a look-alike', { name: 'StorageError', code: 'ERR_STORAGE', message: 'x' }],
    ['null', null],
    ['undefined', undefined],
    ['a string', 'ERR_STORAGE'],
    ['a function', () => {}],
  ])('is false for %s', (_what, value) => {
    expect(isAuthError(value)).toBe(false)
  })

  it('is true across copies for what a client of the other copy throws', async () => {
    const { login, fetch, clock } = world()
    vi.resetModules()
    const { AuthenticatedClient } = await import('authenticated-client')
    const client = new AuthenticatedClient({ tokenEndpoint: login.tokenEndpoint, clientId: 'web', fetch, clock })

    const error = await rejection(client.getAccessToken())

    expect(error).not.toBeInstanceOf(SessionEndedError)
    expect(isAuthError(error)).toBe(true)
  })
})

describe('what calls reject with', () => {
  it('keeps its cause and says when it will be tried again, where the refresh is unavailable', async () => {
    const { restore, login, clock, inTime, client: newClient } = world()
    restore('refused')
    const network = new TypeError('fetch failed')
    login.always(() => Promise.reject(network))

    const error = (await rejection(inTime(newClient().fetch(url)))) as RefreshUnavailableError

    expect(error).toBeInstanceOf(RefreshUnavailableError)
    expect(error.cause).toBe(network)
    expect(error.retryAt).toBeGreaterThan(clock.now())
  })

  it('says what the token endpoint said, where the client is misconfigured (F9)', async () => {
    const { restore, login, app, inTime, client: newClient } = world()
    restore('refused')
    login.always(() => json(401, { error: 'invalid_client', error_description: 'Unknown client' }))
    const client = newClient()

    const error = await rejection(inTime(client.fetch(url)))

    expect(error).toBeInstanceOf(TokenEndpointError)
    expect(error).toMatchObject({ error: 'invalid_client', errorDescription: 'Unknown client', status: 401 })
    expect([client.state.status, app.logouts]).toEqual(['authenticated', []])
  })

  it('is RefreshExcessiveError only from refresh and getAccessToken; fetch hands back its 401 (F62)', async () => {
    const { restore, login, resource, clock, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient({ refreshBudget: { attempts: 2, interval: 10 * 3_600_000 } })
    resource.always(() => unauthorized('Bearer error="invalid_token"'))

    const statuses: number[] = []
    for (let call = 0; call < 5; call++) statuses.push((await inTime(client.fetch(url))).status)
    const error = await rejection(inTime(client.refresh()))
    await clock.advance(2 * 3_600_000)
    const token = await rejection(inTime(client.getAccessToken()))

    expect(statuses).toEqual([401, 401, 401, 401, 401])
    expect(login.refreshes).toBe(2)
    expect([error, token]).toEqual([expect.any(RefreshExcessiveError), expect.any(RefreshExcessiveError)])
  })

  it('is what fetch rejected with, the very same object, for network errors (F80)', async () => {
    const { restore, resource, inTime, client: newClient } = world()
    restore('fresh')
    const failure = new TypeError('fetch failed')
    resource.always(() => Promise.reject(failure))

    const error = await rejection(inTime(newClient().fetch(url)))

    expect(error).toBe(failure)
    expect(resource.requests).toHaveLength(1)
  })

  it('is never a status: each status is an answer', async () => {
    const { restore, resource, inTime, client: newClient } = world()
    restore('fresh')
    const client = newClient()
    await quiet()

    for (const status of [200, 204, 304, 400, 403, 404, 407, 418, 429, 500, 503]) {
      resource.next(() => new Response(null, { status }))
      expect((await inTime(client.fetch(url))).status).toBe(status)
    }
  })
})
