import { inspect } from 'node:util'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { StorageError } from '../../src/errors/storage-error'
import { type AsyncStorage, asyncStorageStore } from '../../src/stores/async-storage'
import { webStorageStore } from '../../src/stores/web-storage'
import { deferred } from '../support/deferred'
import { pair } from './conformance'
import { corruptRecords } from './corrupt-records'
import { asyncStorageDouble, storageDouble } from './storage-doubles'

const key = 'authenticated-client.my-app'

it('uses a key that every storage takes, expo-secure-store too', async () => {
  const storage = asyncStorageDouble()

  await asyncStorageStore('My_app-1.0', storage).write(pair(1), null)

  expect([...storage.content.keys()]).toEqual(['authenticated-client.My_app-1.0'])
  expect([...storage.content.keys()][0]).toMatch(/^[A-Za-z0-9._-]+$/)
})

it('keeps the same record as web storage', async () => {
  const [storage, web] = [asyncStorageDouble(), storageDouble()]

  await asyncStorageStore('my-app', storage).write(pair(1), null)
  webStorageStore('my-app', { storage: web }).write(pair(1), null)

  expect([...storage.content]).toEqual([...web.content])
})

it('removes the record at sign-out', async () => {
  const storage = asyncStorageDouble()
  const store = asyncStorageStore('my-app', storage)
  await store.write(pair(1), null)

  await store.write(null, pair(1))

  expect(storage.content.size).toBe(0)
})

it('treats undefined as nothing', async () => {
  const storage = { ...asyncStorageDouble(), getItem: async () => undefined }

  expect(await asyncStorageStore('my-app', storage).read()).toBeNull()
})

it('calls the storage as its own methods', async () => {
  class Keychain implements AsyncStorage {
    #text: string | null = null
    getItem = async () => this.#text
    async setItem(_key: string, value: string) {
      this.#text = value
    }
    async removeItem() {
      this.#text = null
    }
  }
  const store = asyncStorageStore('my-app', new Keychain())

  await store.write(pair(1), null)
  expect(await store.read()).toEqual(pair(1))
  await store.write(null, pair(1))
  expect(await store.read()).toBeNull()
})

it('reaches no further than this client, and has a name', () => {
  expect(asyncStorageStore('my-app', asyncStorageDouble())).toMatchObject({ name: 'my-app', coordination: 'client' })
})

it('writes without waiting for the refresh lock', async () => {
  const store = asyncStorageStore('my-app', asyncStorageDouble())
  const refreshed = deferred()
  const holds = [key, 'refresh'].map((name) => store.lock?.hold(name, () => refreshed.promise, { waitTimeout: 1000 }))

  expect(await store.write(pair(1), null)).toBe(true)

  refreshed.resolve()
  await Promise.all(holds)
})

describe('a failure', () => {
  it.each(corruptRecords)(
    'caused by %s is a StorageError for whoever reads or writes, and the record stays as it is (F44, A41)',
    async (_, text) => {
      const storage = asyncStorageDouble()
      storage.content.set(key, text)
      const store = asyncStorageStore('my-app', storage)
      const attempts = [store.read(), store.write(pair(1), null), store.write(null, pair(1)), store.write(null, null)]

      for (const { reason } of (await Promise.allSettled(attempts)) as PromiseRejectedResult[]) {
        expect(reason).toBeInstanceOf(StorageError)
        expect(reason.message).toContain(key)
        expect(inspect(reason, { depth: 9, showHidden: true })).not.toContain('canary')
      }
      expect([...storage.content]).toEqual([[key, text]])
    },
  )

  it.each(['getItem', 'setItem'] as const)(
    'is a StorageError with its cause where %s fails, at once or later (F32, F35)',
    async (method) => {
      const locked = new Error('User interaction is not allowed')
      const ways = [() => Promise.reject(locked), () => fail(locked)]

      for (const way of ways) {
        const store = asyncStorageStore('my-app', { ...asyncStorageDouble(), [method]: way })
        const listener = vi.fn()
        store.subscribe?.(listener)

        await expect(store.write(pair(1), null)).rejects.toMatchObject({ code: 'ERR_STORAGE', cause: locked })

        expect(listener).not.toHaveBeenCalled()
      }
    },
  )

  it('lets the next write through after one that failed', async () => {
    const storage = asyncStorageDouble()
    const setItem = vi.fn(storage.setItem).mockRejectedValueOnce(new Error('disk full'))
    const store = asyncStorageStore('my-app', { ...storage, setItem })

    const [failed, next] = await Promise.allSettled([store.write(pair(1), null), store.write(pair(2), null)])

    expect([failed.status, next]).toEqual(['rejected', { status: 'fulfilled', value: true }])
    expect(await store.read()).toEqual(pair(2))
  })

  it('is a TypeError where a grant made what no later read would take: nothing is written', async () => {
    const store = asyncStorageStore('my-app', asyncStorageDouble())

    await expect(store.write({ ...pair(2), refreshToken: 5 as unknown as string }, null)).rejects.toBeInstanceOf(TypeError)

    expect(await store.read()).toBeNull()
  })

  it.each([
    {},
    undefined,
    null,
    { ...asyncStorageDouble(), getItem: undefined },
    { ...asyncStorageDouble(), setItem: undefined },
    { ...asyncStorageDouble(), removeItem: undefined },
  ])('refuses %s as a storage at once, and names the fix', (storage) => {
    const construct = () => asyncStorageStore('my-app', storage as unknown as AsyncStorage)

    expect(construct).toThrow(TypeError)
    expect(construct).toThrow(
      /^`storage` has no (getItem|setItem|removeItem)\(\): pass an object with getItem, setItem and removeItem, such as/,
    )
  })

  it('refuses a name that some storage would refuse', () => {
    expect(() => asyncStorageStore('my app', asyncStorageDouble())).toThrow(TypeError)
  })
})

describe('a write that hangs', () => {
  afterEach(() => vi.useRealTimers())

  it('keeps later ones out, each for 10 s, since it may still land (F34)', async () => {
    vi.useFakeTimers()
    const landed = deferred()
    const storage = asyncStorageDouble()
    const setItem = vi.fn(storage.setItem).mockImplementationOnce(async (...record) => {
      await landed.promise
      await storage.setItem(...record)
    })
    const store = asyncStorageStore('my-app', { ...storage, setItem })
    const hanging = store.write(pair(1), null)
    const late = expect(store.write(pair(2), null)).rejects.toMatchObject({
      code: 'ERR_STORAGE',
      message: expect.stringContaining('An earlier write'),
      cause: { code: 'ERR_LOCK_TIMEOUT' },
    })

    await vi.advanceTimersByTimeAsync(10_000)
    await late
    landed.resolve()

    expect(await hanging).toBe(true)
    expect(await store.read()).toEqual(pair(1))
    expect(setItem).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })
})

function fail(error: Error): never {
  throw error
}
