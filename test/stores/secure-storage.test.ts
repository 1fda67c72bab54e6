import { asyncStorageStore } from 'authenticated-client'
import { type SecureStore, secureStorage } from 'authenticated-client/react-native'
import { expect, it } from 'vitest'
import { deferred } from '../support/deferred'
import { secureStoreDouble, turns } from './storage-doubles'

const key = 'authenticated-client.my-app'
const long = (n: number, length = 5000) => ({ accessToken: `access-${n}-${'ü😀x'.repeat(length / 3)}`, refreshToken: `refresh-${n}` })

it('keeps what fits into 2048 bytes in one value', async () => {
  const device = secureStoreDouble()
  const store = asyncStorageStore('my-app', secureStorage(device))

  await store.write({ accessToken: 'a' }, null)

  expect([...device.content.keys()]).toEqual([key])
})

it('splits a longer session over values of at most 2048 bytes, and never within a character', async () => {
  const device = secureStoreDouble()
  const store = asyncStorageStore('my-app', secureStorage(device))

  await store.write(long(1), null)

  expect(await store.read()).toEqual(long(1))
  expect(device.content.size).toBeGreaterThan(5)
  expect([...device.content.values()].every((value) => !value.includes('\uFFFD'))).toBe(true)
})

it('leaves no part of an earlier session behind, whether the next is longer, shorter or none', async () => {
  const device = secureStoreDouble()
  const store = asyncStorageStore('my-app', secureStorage(device))
  const sessions = [long(1), long(2, 9000), long(3, 3000), { accessToken: 'short' }, long(4), null] as const

  for (const [index, next] of sessions.entries()) {
    await store.write(next, sessions[index - 1] ?? null)

    expect(await store.read()).toEqual(next)
    const parts = [...device.content.values()].join('')
    expect(sessions.filter((session) => session !== next && session && parts.includes(session.accessToken.slice(0, 9)))).toEqual([])
  }

  expect(device.content.size).toBe(0)
})

it('holds one session or the other, never parts of both, where two stores on it write at the same time', async () => {
  for (let round = 0; round < 20; round += 1) {
    const storage = secureStorage(secureStoreDouble())
    const stores = [asyncStorageStore('my-app', storage), asyncStorageStore('my-app', storage)]
    await stores[0]?.write(long(1), null)

    await Promise.all(stores.map((store, index) => store.write(long(2 + index, 5000 + 2000 * index), long(1))))

    expect([long(2), long(3, 7000)]).toContainEqual(await stores[0]?.read())
  }
})

it('still holds the old session, or already the new one, wherever the app dies within a write (F31)', async () => {
  for (let deathAt = 0; ; deathAt += 1) {
    const device = secureStoreDouble()
    await asyncStorageStore('my-app', secureStorage(device)).write(long(1), null)
    const dying = dies(device, deathAt)
    const write = async () => asyncStorageStore('my-app', secureStorage(dying)).write(long(2, 7000), long(1))
    const isDead = await write().then(
      () => false,
      () => true,
    )

    const after = asyncStorageStore('my-app', secureStorage(device))
    const found = (await after.read()) ?? null

    expect([long(1), long(2, 7000)]).toContainEqual(found)
    await after.write(long(3, 3000), found)
    expect(await after.read()).toEqual(long(3, 3000))
    expect([...device.content.values()].join('')).not.toMatch(/access-[12]/)
    if (!isDead) {
      expect(deathAt).toBeGreaterThan(8)
      return
    }
  }
})

it('forgets at the next start what a sign-out that was cut short has left of a session', async () => {
  for (let deathAt = 1; ; deathAt += 1) {
    const device = secureStoreDouble()
    await secureStorage(device).setItem(key, JSON.stringify(long(1)))
    await secureStorage(dies(device, deathAt))
      .removeItem(key)
      .catch(() => {})
    const isWhole = device.content.size === 0

    expect(await secureStorage(device).getItem(key)).toBeNull()
    for (let round = 0; round < 100; round += 1) await turns()

    expect([...device.content.keys()]).toEqual([])
    if (isWhole) return
  }
})

it('removes no part of a session that can not be read for a while, as where the keychain gives nothing until it is unlocked', async () => {
  for (let locked = 0; locked < 12; locked += 1) {
    const device = secureStoreDouble()
    await secureStorage(device).setItem(key, JSON.stringify(long(1)))
    let reads = 0
    const storage = secureStorage({ ...device, getItemAsync: async (name) => (reads++ < locked ? null : device.getItemAsync(name)) })

    await storage.getItem(key).catch(() => {})
    for (let round = 0; round < 100; round += 1) await turns()

    expect(await secureStorage(device).getItem(key)).toBe(JSON.stringify(long(1)))
  }
})

it('removes no part of a session that is written while a read finds none', async () => {
  const storage = secureStorage(secureStoreDouble())

  const [found] = await Promise.all([storage.getItem(key), storage.setItem(key, JSON.stringify(long(1)))])
  for (let round = 0; round < 100; round += 1) await turns()

  expect(found).toBeNull()
  expect(await storage.getItem(key)).toBe(JSON.stringify(long(1)))
})

it('gives one session or the other, whole, where a write comes between the parts', async () => {
  const device = secureStoreDouble()
  const storage = secureStorage(device)
  await storage.setItem(key, JSON.stringify(long(1)))

  const [found] = await Promise.all([storage.getItem(key), storage.setItem(key, JSON.stringify(long(2)))])

  expect([JSON.stringify(long(1)), JSON.stringify(long(2))]).toContain(found)
})

it('never mixes the parts of two sessions, not even where a read lasts longer than two writes', async () => {
  const device = secureStoreDouble()
  const storage = secureStorage(device)
  const texts = [1, 2, 3].map((n) => JSON.stringify(long(n)))
  await storage.setItem(key, texts[0] as string)
  const written = deferred()
  const slow = secureStorage({
    ...device,
    async getItemAsync(name, options) {
      if (name === `${key}.a.1`) await written.promise
      return device.getItemAsync(name, options)
    },
  })

  const reading = slow.getItem(key)
  await turns()
  for (const text of texts.slice(1)) await storage.setItem(key, text)
  written.resolve()

  expect(await reading).toBe(texts[2])
})

it('never mixes the parts of two sessions, not even where a read lasts longer than a sign-out and a sign-in', async () => {
  const device = secureStoreDouble()
  const storage = secureStorage(device)
  const [first, second] = [JSON.stringify(long(1)), JSON.stringify(long(2))] as const
  await storage.setItem(key, first)
  const written = deferred()
  const slow = secureStorage({
    ...device,
    async getItemAsync(name, options) {
      if (name === `${key}.a.1`) await written.promise
      return device.getItemAsync(name, options)
    },
  })

  const reading = slow.getItem(key)
  await turns()
  await storage.removeItem(key)
  await storage.setItem(key, second)
  written.resolve()

  expect(await reading).toBe(second)
})

it('is corrupt where a part is missing: a StorageError, and nothing is overwritten', async () => {
  const device = secureStoreDouble()
  const store = asyncStorageStore('my-app', secureStorage(device))
  await store.write(long(1), null)
  device.content.delete(`${key}.a.1`)
  const before = [...device.content]

  await expect(store.read()).rejects.toMatchObject({ code: 'ERR_STORAGE', cause: { message: 'A part of the session is missing' } })
  await expect(store.write(long(2), null)).rejects.toMatchObject({ code: 'ERR_STORAGE' })
  expect([...device.content]).toEqual(before)
})

it('treats undefined, as from a mock, as nothing: it does not look for parts for ever', async () => {
  let looks = 0
  const getItemAsync = async () => {
    looks += 1
    if (looks > 100) throw new Error('It looks for ever')
  }
  const mock = { ...secureStoreDouble(), getItemAsync } as unknown as SecureStore
  const storage = secureStorage(mock)

  await storage.setItem(key, 'text')
  await storage.removeItem(key)

  expect(await storage.getItem(key)).toBeNull()
})

it('gives its options to every call', async () => {
  const device = secureStoreDouble()
  const options = { keychainAccessible: 1 }

  await asyncStorageStore('my-app', secureStorage(device, options)).write(long(1), null)

  expect(new Set(device.options)).toEqual(new Set([options]))
})

it('names the function that is missing', () => {
  const { deleteItemAsync: _, ...rest } = secureStoreDouble()

  expect(() => secureStorage(rest as unknown as SecureStore)).toThrow(/`store` has no deleteItemAsync\(\).*expo-secure-store/)
})

/** The same device, seen by an app that dies at its nth change. */
function dies(device: SecureStore, n: number): SecureStore {
  let left = n
  const change = async <Result>(action: () => Promise<Result>): Promise<Result> => {
    if (left-- <= 0) throw new Error('dead')
    return action()
  }
  return {
    getItemAsync: (name) => device.getItemAsync(name),
    setItemAsync: (name, value) => change(() => device.setItemAsync(name, value)),
    deleteItemAsync: (name) => change(() => device.deleteItemAsync(name)),
  }
}
