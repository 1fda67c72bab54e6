import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { callbackStore } from '../../src/stores/callback-store'
import type { TokenSet } from '../../src/tokens/token-set'
import { deferred } from '../support/deferred'
import { pair } from './conformance'

describe('reading', () => {
  it('costs no promise where getTokens answers at once, and gives the very object (F37)', () => {
    const tokens = Object.freeze({ ...pair(1), extra: 1 })

    expect(callbackStore({ getTokens: () => tokens }).read()).toBe(tokens)
    expect(callbackStore({ getTokens: () => null }).read()).toBeNull()
    expect(callbackStore({ getTokens: () => undefined }).read()).toBeUndefined()
  })

  it('takes a promise (F37)', async () => {
    const tokens = Object.freeze(pair(1))

    expect(await callbackStore({ getTokens: async () => tokens }).read()).toBe(tokens)
  })

  it('reads no field, so that a getter that throws does not concern it (F37)', () => {
    const tokens = {
      get accessToken(): string {
        throw new Error('a getter of the app')
      },
    }

    expect(callbackStore({ getTokens: () => tokens }).read()).toBe(tokens)
  })

  it('passes on what getTokens throws, at once or later (F35)', async () => {
    const locked = new Error('User interaction is not allowed')

    expect(() => callbackStore({ getTokens: () => fail(locked) }).read()).toThrow(locked)
    await expect(callbackStore({ getTokens: () => Promise.reject(locked) }).read()).rejects.toBe(locked)
  })

  it('calls the callbacks on the object they came in', async () => {
    const app = {
      tokens: pair(1) as TokenSet | null,
      getTokens() {
        return this.tokens
      },
      saveTokens(next: TokenSet) {
        this.tokens = next
      },
      clearTokens() {
        this.tokens = null
      },
    }
    const store = callbackStore(app)

    expect(await store.write(pair(2), pair(1))).toBe(true)
    expect(store.read()).toEqual(pair(2))
    expect(await store.write(null, pair(2))).toBe(true)
    expect(store.read()).toBeNull()
  })

  it('says what getTokens must return to an app that returns a bare token, and does not quote it', async () => {
    const store = callbackStore({ getTokens: (() => 'canary') as unknown as () => TokenSet })
    const later = callbackStore({ getTokens: (async () => 'canary') as unknown as () => Promise<TokenSet> })

    const errors = [
      await reasonOf(async () => store.read()),
      await reasonOf(async () => later.read()),
      await reasonOf(() => store.write(null, pair(1))),
    ]

    for (const error of errors) {
      expect(error).toBeInstanceOf(TypeError)
      expect(inspect(error)).toContain('getTokens must return')
      expect(inspect(error).split('\n    at ')[0]).not.toContain('canary')
    }
  })
})

describe('writing', () => {
  it('re-reads right before and right after saving: with synchronous callbacks nothing comes between', () => {
    const app = recordingApp(pair(1))

    void callbackStore(app).write(pair(2), pair(1))

    expect(app.calls).toEqual(['get', 'save', 'get'])
  })

  it('saves the next set over the previous one, once, as they were given', async () => {
    const app = recordingApp(Object.freeze({ ...pair(1), appOwn: true }))
    const saveTokens = vi.spyOn(app, 'saveTokens')
    const [next, expected] = [Object.freeze({ ...pair(2), extra: 1 }), Object.freeze(pair(1))]

    expect(await callbackStore(app).write(next, expected)).toBe(true)

    expect(saveTokens.mock.calls).toEqual([[next, expected]])
    expect(saveTokens.mock.calls[0]?.[0]).toBe(next)
    expect(saveTokens.mock.calls[0]?.[1]).toBe(expected)
  })

  it('has no previous set at sign-in', async () => {
    const app = recordingApp(null)
    const saveTokens = vi.spyOn(app, 'saveTokens')

    expect(await callbackStore(app).write(pair(1), null)).toBe(true)

    expect(saveTokens.mock.calls).toEqual([[pair(1), null]])
  })

  it.each([
    ['another user signed in (F40)', pair(7)],
    ['someone else rotated (F43)', { ...pair(1), refreshToken: 'foreign' }],
    ['the user signed out (F38, F39)', null],
  ])('saves nothing where %s meanwhile', async (_, current) => {
    const app = recordingApp(current)

    expect(await callbackStore(app).write(pair(2), pair(1))).toBe(false)

    expect(app.calls).toEqual(['get'])
    expect(app.tokens).toBe(current)
  })

  it.each([false, Promise.resolve(false)])('takes false, or a promise of it, for "the app moved on"', async (answer) => {
    const store = callbackStore({ getTokens: () => pair(1), saveTokens: () => answer })

    expect(await store.write(pair(1), pair(1))).toBe(false)
  })

  it.each([undefined, null, 0, '', true, Promise.resolve()])('takes every other answer for "saved": %s', async (answer) => {
    const app = recordingApp(pair(1))
    const saveTokens = (next: TokenSet): unknown => {
      app.saveTokens(next)
      return answer
    }

    expect(await callbackStore({ ...app, getTokens: () => app.tokens, saveTokens }).write(pair(2), pair(1))).toBe(true)
  })

  it('waits for a save that takes its time before it looks again (F33)', async () => {
    const app = recordingApp(pair(1))
    const saved = deferred()
    const saveTokens = async (next: TokenSet) => {
      await saved.promise
      app.saveTokens(next)
    }
    const written = callbackStore({ getTokens: () => app.getTokens(), saveTokens }).write(pair(2), pair(1))
    await null

    expect(app.calls).toEqual(['get'])
    saved.resolve()

    expect(await written).toBe(true)
  })

  it('answers false where getTokens lags behind, as the state of a React app does: the caller keeps the pair', async () => {
    const store = callbackStore({ getTokens: () => pair(1), saveTokens: () => {} })

    expect(await store.write(pair(2), pair(1))).toBe(false)
  })

  it('answers false where somebody wrote over what was saved (F40)', async () => {
    const app = recordingApp(pair(1))
    const saveTokens = async () => app.saveTokens(pair(7))

    expect(await callbackStore({ getTokens: () => app.tokens, saveTokens }).write(pair(2), pair(1))).toBe(false)
  })

  it('takes a save that dropped unknown fields', async () => {
    const app = recordingApp(pair(1))
    const saveTokens = ({ accessToken, refreshToken }: TokenSet) => app.saveTokens({ accessToken, refreshToken })

    expect(await callbackStore({ getTokens: () => app.tokens, saveTokens }).write({ ...pair(2), scope: 'a' }, pair(1))).toBe(true)
  })

  it.each([
    ['saveTokens throws', { saveTokens: () => fail(new Error('disk full')) }],
    ['saveTokens rejects', { saveTokens: () => Promise.reject(new Error('disk full')) }],
    ['getTokens throws', { getTokens: () => fail(new Error('disk full')) }],
    ['getTokens rejects', { getTokens: () => Promise.reject(new Error('disk full')) }],
  ])('passes the error on where %s (F32, F35)', async (_, broken) => {
    const store = callbackStore({ getTokens: () => pair(1), saveTokens: () => {}, ...broken })

    await expect(store.write(pair(2), pair(1))).rejects.toThrow('disk full')
  })

  it('saves nothing for the marker of a cookie session', async () => {
    const saveTokens = vi.fn()

    expect(await callbackStore({ getTokens: () => null, saveTokens }).write({ sessionId: 's', counter: 0 }, null)).toBe(false)
    expect(saveTokens).not.toHaveBeenCalled()
  })

  it('keeps what it cannot give to an app without saveTokens, until the app shows something else', async () => {
    const app = { tokens: { ...pair(1) }, getTokens: () => app.tokens }
    const store = callbackStore(app)

    expect(await store.write(pair(2), pair(1))).toBe(true)
    expect(await store.write(pair(3), pair(2))).toBe(true)
    expect(store.read()).toEqual(pair(3))
    Object.assign(app.tokens, pair(7))

    expect(store.read()).toEqual(pair(7))
    expect(await store.write(pair(4), pair(3))).toBe(false)
  })

  it('keeps nothing for such an app once it is cleared', async () => {
    const store = callbackStore({ getTokens: () => null })
    await store.write(pair(1), null)

    expect(await store.write(null, pair(1))).toBe(true)
    expect(store.read()).toBeNull()
  })
})

describe('clearing', () => {
  it('calls clearTokens, waits for it, and never calls saveTokens with null', async () => {
    const cleared = deferred()
    const [saveTokens, clearTokens] = [vi.fn(), vi.fn(() => cleared.promise)]
    let settled = false
    const written = Promise.resolve(callbackStore({ getTokens: () => pair(1), saveTokens, clearTokens }).write(null, pair(1))).then(
      (took) => {
        settled = true
        return took
      },
    )

    await new Promise((resolve) => setImmediate(resolve))
    expect(settled).toBe(false)
    cleared.resolve()

    expect(await written).toBe(true)
    expect(clearTokens).toHaveBeenCalledOnce()
    expect(saveTokens).not.toHaveBeenCalled()
  })

  it('leaves clearing to the app where it gave no clearTokens', async () => {
    expect(await callbackStore({ getTokens: () => pair(1), saveTokens: () => {} }).write(null, pair(1))).toBe(true)
  })

  it('leaves another session alone (F40)', async () => {
    const clearTokens = vi.fn()

    expect(await callbackStore({ getTokens: () => pair(7), clearTokens }).write(null, pair(1))).toBe(false)

    expect(clearTokens).not.toHaveBeenCalled()
  })

  it('passes on what clearTokens throws', async () => {
    const clearTokens = () => Promise.reject(new Error('disk full'))

    await expect(callbackStore({ getTokens: () => pair(1), clearTokens }).write(null, pair(1))).rejects.toThrow('disk full')
  })
})

function recordingApp(initial: TokenSet | null) {
  const app = {
    tokens: initial,
    calls: [] as string[],
    getTokens: () => {
      app.calls.push('get')
      return app.tokens
    },
    saveTokens: (next: TokenSet, _previous?: TokenSet | null): void => {
      app.calls.push('save')
      app.tokens = next
    },
  }
  return app
}

function fail(error: Error): never {
  throw error
}

function reasonOf(act: () => unknown): Promise<unknown> {
  return Promise.resolve()
    .then(act)
    .then(
      () => fail(new Error('it did not reject')),
      (reason: unknown) => reason,
    )
}
