import { describe, expect, it } from 'vitest'
import { LockTimeoutError } from '../../src/errors/lock-timeout-error.ts'
import { RefreshUnavailableError } from '../../src/errors/refresh-unavailable-error.ts'
import { SessionEndedError } from '../../src/errors/session-ended-error.ts'
import { StorageError } from '../../src/errors/storage-error.ts'
import { TokenEndpointError } from '../../src/errors/token-endpoint-error.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { startDeadline } from '../../src/session/deadline.ts'
import { failureOf } from '../../src/session/failure-of.ts'

describe('failureOf', () => {
  it('keeps an error of ours that a grant throws', () => {
    const ended = new SessionEndedError()
    const refused = new TokenEndpointError('invalid_client')
    const away = new RefreshUnavailableError('No network')

    expect(failureOf(ended)).toEqual({ kind: 'rejected', error: ended })
    expect(failureOf(refused)).toEqual({ kind: 'misconfigured', error: refused })
    expect(failureOf(away)).toEqual({ kind: 'unavailable', error: away })
    expect(failureOf(away).error).toBe(away)
  })

  it('treats a rejection as a misconfiguration where there is no session to end', () => {
    const ended = new SessionEndedError()

    const { kind, error } = failureOf(ended, true)

    expect(kind).toBe('misconfigured')
    expect(error).toMatchObject({ code: 'ERR_TOKEN_ENDPOINT', error: 'invalid_grant', cause: ended })
  })

  it('is ambiguous where its deadline has ended it, and says so; not where it failed by itself', () => {
    const { signal, abort } = startDeadline(false, systemClock)
    abort()

    const { error } = failureOf(signal.reason, false, signal)
    const { error: unsaid } = failureOf(undefined, false, { aborted: true } as AbortSignal) // React Native before 0.87 gives no reason.
    const { error: own } = failureOf(new TypeError('fetch failed'), false, signal)

    expect(error).toMatchObject({ message: signal.reason.message, cause: signal.reason, answered: false })
    expect(unsaid).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE' })
    expect(own).toMatchObject({ answered: true })
  })

  it.each([
    ['an error of the platform', new TypeError('fetch failed')],
    ['another error of ours', new LockTimeoutError()],
    ['the store', new StorageError('The store is full')],
    ['what is no error at all', 'no'],
    ['nothing', undefined],
  ])('treats as unavailable, and keeps as the cause: %s', (_, thrown) => {
    const { kind, error } = failureOf(thrown)

    expect(kind).toBe('unavailable')
    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', cause: thrown })
  })
})
