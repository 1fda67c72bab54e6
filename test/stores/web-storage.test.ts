import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { StorageError } from '../../src/errors/storage-error'
import { type WebStorageOptions, webStorageStore } from '../../src/stores/web-storage'
import type { TokenSet } from '../../src/tokens/token-set'
import { pair } from './conformance'
import { corruptRecords } from './corrupt-records'
import { type StorageDouble, storageDouble } from './storage-doubles'
import { WebLocksDouble } from './web-locks-double'

const key = 'authenticated-client.my-app'

let local: StorageDouble
beforeEach(() => {
  local = storageDouble()
  vi.stubGlobal('localStorage', local)
})
afterEach(() => vi.unstubAllGlobals())

it('keeps a versioned record under its own key, and removes it at sign-out', () => {
  const store = webStorageStore('my-app')

  expect(store.write({ ...pair(1), sessionId: 's1' }, null)).toBe(true)
  expect([...local.content]).toEqual([
    [key, '{"version":1,"session":{"accessToken":"access-1","refreshToken":"refresh-1","sessionId":"s1"}}'],
  ])

  expect(store.write(null, pair(1))).toBe(true)
  expect(local.content.size).toBe(0)
})

it('reads and writes synchronously, so that within a page nothing comes between', () => {
  const store = webStorageStore('my-app')
  store.write(pair(1), null)

  expect(store.read()).toEqual(pair(1))
})

it('sees at the swap that another tab rotated or signed out (F38, F43)', () => {
  const [tab, other] = [webStorageStore('my-app'), webStorageStore('my-app')]
  tab.write(pair(1), null)

  other.write(pair(2), pair(1))
  expect(tab.write(pair(9), pair(1))).toBe(false)
  local.content.clear()
  expect(tab.write(pair(9), pair(2))).toBe(false)

  expect(local.content.size).toBe(0)
})

it('keeps apps of different names apart', () => {
  webStorageStore('one').write(pair(1), null)

  expect(webStorageStore('other').read()).toBeNull()
  expect(webStorageStore('one').name).toBe('one')
})

it.each([
  ['hides its tokens from JSON', { ...pair(1), toJSON: () => '[hidden]' }],
  ['has them by getters', Object.create({ accessToken: pair(1).accessToken, refreshToken: pair(1).refreshToken })],
])('keeps all of a session that %s', (_, session) => {
  const store = webStorageStore('my-app')

  expect(store.write(session, null)).toBe(true)

  expect(store.read()).toMatchObject(pair(1))
  expect(store.write(pair(2), pair(1))).toBe(true)
})

describe('the storage', () => {
  it('is looked up when it is used, so that a server can load the module', () => {
    vi.stubGlobal('localStorage', undefined)
    const store = webStorageStore('my-app')

    expect(() => store.read()).toThrow(/no localStorage here: use memoryStore\(\).*asyncStorageStore\(\)/)
    expect(() => store.read()).toThrow(StorageError)
    vi.stubGlobal('localStorage', local)
    expect(store.read()).toBeNull()
  })

  it('may be sessionStorage, or an object of the app', () => {
    const [session, own] = [storageDouble(), storageDouble()]
    vi.stubGlobal('sessionStorage', session)

    webStorageStore('my-app', { storage: 'session' }).write(pair(1), null)
    webStorageStore('my-app', { storage: own }).write(pair(2), null)

    expect([local, session, own].map(({ content }) => content.size)).toEqual([0, 1, 1])
  })

  it('needs a name that every storage takes: the error names the fix', () => {
    for (const name of ['', 'my app', 'a/b', 'ü', 'a:b', undefined as unknown as string]) {
      expect(() => webStorageStore(name)).toThrow(TypeError)
      expect(() => webStorageStore(name)).toThrow(/^`name` must be .*: pass the name of your app/)
    }
  })

  it.each([{ storage: 'cookie' }, { storage: {} }, { storage: { ...storageDouble(), removeItem: undefined } }, { storage: 5 }])(
    'cannot be %s: the error names the fix',
    (options) => {
      const construct = () => webStorageStore('my-app', options as unknown as WebStorageOptions)

      expect(construct).toThrow(TypeError)
      expect(construct).toThrow(/^`storage` has no .*: pass an object with getItem, setItem and removeItem, or 'local' or 'session'$/)
    },
  )

  it('is localStorage where the option is null', () => {
    const store = webStorageStore('my-app', { storage: null } as unknown as WebStorageOptions)

    store.write(pair(1), null)

    expect(local.content.size).toBe(1)
  })
})

describe('a failure', () => {
  it.each(corruptRecords)(
    'caused by %s is a StorageError for whoever reads or writes, and the record stays as it is (F44, A41)',
    (_, text) => {
      local.content.set(key, text)
      const store = webStorageStore('my-app')
      const attempts = [
        () => store.read(),
        () => store.write(pair(1), null),
        () => store.write(null, pair(1)),
        () => store.write(null, null),
      ]

      for (const attempt of attempts) {
        const error = thrownBy(attempt)
        expect(error).toBeInstanceOf(StorageError)
        expect(error).toMatchObject({ message: expect.stringContaining(key) })
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary')
      }
      expect([...local.content]).toEqual([[key, text]])
    },
  )

  it('is a StorageError with its cause where the browser refuses the storage', () => {
    const refusal = new DOMException('Access is denied for this document', 'SecurityError')
    vi.stubGlobal('localStorage', undefined)
    Object.defineProperty(globalThis, 'localStorage', { configurable: true, get: () => fail(refusal) })
    const store = webStorageStore('my-app')

    expect(thrownBy(() => store.read())).toMatchObject({ code: 'ERR_STORAGE', cause: refusal })
    expect(thrownBy(() => store.write(pair(1), null))).toMatchObject({ code: 'ERR_STORAGE', cause: refusal })
    expect(store.coordination).toBe('client')
  })

  it('is a StorageError with its cause where the storage is full, and then no hint goes out (F32)', () => {
    const full = new DOMException('Setting the value exceeded the quota', 'QuotaExceededError')
    const store = webStorageStore('my-app', { storage: { ...storageDouble(), setItem: () => fail(full) } })
    const listener = vi.fn()
    store.subscribe?.(listener)

    expect(thrownBy(() => store.write(pair(1), null))).toMatchObject({ code: 'ERR_STORAGE', cause: full })

    expect(listener).not.toHaveBeenCalled()
  })

  it.each([
    { ...pair(2), refreshToken: 5 as unknown as string },
    { sessionId: 's', counter: Number.NaN },
  ])('is a TypeError where a grant made what no later read would take: nothing is written (%j)', (broken) => {
    const store = webStorageStore('my-app')
    store.write(pair(1), null)

    expect(() => store.write(broken, pair(1))).toThrow(TypeError)

    expect(store.read()).toEqual(pair(1))
  })

  it('is not caused by an unknown field, whatever its name and type', () => {
    const store = webStorageStore('my-app')
    const odd = { ...pair(1), counter: 'the app’s own', version: {} }

    expect(store.write(odd, null)).toBe(true)

    expect(store.read()).toEqual(odd)
  })

  it('is not caused by an unknown field that JSON can’t hold: it is dropped', () => {
    const store = webStorageStore('my-app')
    const circle: { itself?: unknown } = {}
    circle.itself = circle

    expect(store.write({ ...pair(1), big: 1n, circle } as TokenSet, null)).toBe(true)

    expect(store.read()).toEqual(pair(1))
  })

  it('is not caused by a field that is null, or by a number that JSON has no word for: those are absent', () => {
    const store = webStorageStore('my-app')
    const odd = { ...pair(1), expiresAt: Number.NaN, scope: null as unknown as string }

    expect(store.write(odd, null)).toBe(true)

    expect(store.read()).toMatchObject(pair(1))
    expect(store.write(pair(2), pair(1))).toBe(true)
  })
})

describe('hints from other tabs', () => {
  let page: EventTarget
  beforeEach(() => {
    page = new EventTarget()
    vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
    vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
  })

  const storageEvent = (changed: string | null) =>
    Object.assign(new Event('storage'), { key: changed, newValue: '{"version":1,"session":{"accessToken":"poisoned"}}' })

  it('come for its key and for clear(), carry nothing, and end with the subscription (A41)', () => {
    const listener = vi.fn()
    const stop = webStorageStore('my-app').subscribe?.(listener)

    page.dispatchEvent(storageEvent(key))
    page.dispatchEvent(storageEvent(null))
    page.dispatchEvent(storageEvent('authenticated-client.other'))
    expect(listener.mock.calls).toEqual([[], []])

    stop?.()
    page.dispatchEvent(storageEvent(key))
    expect(listener).toHaveBeenCalledTimes(2)
  })

  it('read nothing themselves, so that a flood of them costs no storage (A43)', () => {
    const listener = vi.fn()
    webStorageStore('my-app').subscribe?.(listener)

    for (let n = 0; n < 10_000; n += 1) page.dispatchEvent(storageEvent(n % 2 ? key : 'another'))

    expect(local.reads).toBe(0)
    expect(listener).toHaveBeenCalledTimes(5000)
  })

  it('reach the others though one listener throws', () => {
    const store = webStorageStore('my-app')
    const listener = vi.fn()
    store.subscribe?.(() => fail(new Error('a listener of the app')))
    store.subscribe?.(listener)

    page.dispatchEvent(storageEvent(key))

    expect(listener).toHaveBeenCalledOnce()
  })

  it('are listened for only while somebody subscribes', () => {
    const add = vi.fn()
    const remove = vi.fn()
    vi.stubGlobal('addEventListener', add)
    vi.stubGlobal('removeEventListener', remove)
    const store = webStorageStore('my-app')
    expect(add).not.toHaveBeenCalled()

    const stop = store.subscribe?.(() => {})
    stop?.()

    expect(remove.mock.calls).toEqual(add.mock.calls)
    expect(add.mock.calls.map(([type]) => type)).toEqual(['storage', 'pageshow', 'pagehide'])
  })

  it('may be missing: a platform without storage events still has the hints of this page (F55)', () => {
    vi.stubGlobal('addEventListener', undefined)
    vi.stubGlobal('removeEventListener', undefined)
    const store = webStorageStore('my-app')
    const listener = vi.fn()

    const stop = store.subscribe?.(listener)
    store.write(pair(1), null)
    stop?.()

    expect(listener).toHaveBeenCalledOnce()
  })
})

describe('its reach', () => {
  it('is the browser with Web Locks and localStorage, under whichever name that was given', () => {
    browserWithLocks()

    expect(webStorageStore('my-app').coordination).toBe('browser')
    expect(webStorageStore('my-app', { storage: local }).coordination).toBe('browser')
  })

  it('is this client where tabs share no storage, or no lock (F53)', () => {
    expect(webStorageStore('my-app').coordination).toBe('client')
    vi.stubGlobal('sessionStorage', storageDouble())
    browserWithLocks()

    expect(webStorageStore('my-app', { storage: 'session' }).coordination).toBe('client')
    expect(webStorageStore('my-app', { storage: storageDouble() }).coordination).toBe('client')
  })

  it('is no longer the browser once its lock was refused (F53, F54)', async () => {
    browserWithLocks().refusal = new DOMException('A sandboxed frame', 'SecurityError')
    const store = webStorageStore('my-app')

    await store.lock?.hold('refresh', async () => {}, { waitTimeout: 1000 })

    expect(store.coordination).toBe('client')
  })

  it('excludes the other tabs by Web Locks', async () => {
    const locks = browserWithLocks()

    await webStorageStore('my-app').lock?.hold('refresh', async () => {}, { waitTimeout: 1000 })

    expect(locks.asked).toHaveLength(1)
  })
})

function browserWithLocks(): WebLocksDouble {
  const locks = new WebLocksDouble()
  vi.stubGlobal('isSecureContext', true)
  vi.stubGlobal('navigator', { locks })
  return locks
}

function thrownBy(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('it did not throw')
}

function fail(error: Error): never {
  throw error
}
