import { asyncStorageStore, type TokenSet } from 'authenticated-client'
import { type Keychain, keychainStorage } from 'authenticated-client/react-native'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { rejection, url, world } from '../client/world'
import { quiet } from '../support/clock'
import { type Deferred, deferred } from '../support/deferred'
import { pair } from './conformance'
import { keychainDouble } from './storage-doubles'

it('keeps the session as the password of a service of its own', async () => {
  const keychain = keychainDouble()

  await asyncStorageStore('my-app', keychainStorage(keychain, { accessible: 'AfterFirstUnlock' })).write(pair(1), null)

  expect([...keychain.content.keys()]).toEqual(['authenticated-client.my-app'])
  expect(keychain.options).toContainEqual({ accessible: 'AfterFirstUnlock', service: 'authenticated-client.my-app' })
})

it.each([
  ['setGenericPassword', { ...keychainDouble(), setGenericPassword: async () => false }],
  ['resetGenericPassword', { ...keychainDouble(), resetGenericPassword: async () => false }],
])('treats false from %s as a failure', async (method, keychain) => {
  const storage = keychainStorage(keychain as Keychain)

  await expect(method === 'setGenericPassword' ? storage.setItem('k', 'text') : storage.removeItem('k')).rejects.toThrow(
    'The keychain did not',
  )
})

it('treats nothing but false as a failure: a keychain that answers nothing at all, as a mock does, has succeeded', async () => {
  const kept: string[] = []
  const storage = keychainStorage({
    getGenericPassword: async () => kept.length > 0 && { password: kept.join() },
    setGenericPassword: async (_, text) => void kept.push(text),
    resetGenericPassword: async () => void kept.pop(),
  })

  await storage.setItem('k', 'text')
  const during = await storage.getItem('k')
  await storage.removeItem('k')

  expect([during, await storage.getItem('k')]).toEqual(['text', null])
})

it('asks anew after two minutes: a prompt may be lost (F109)', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  let prompts = 0
  const storage = keychainStorage({
    ...keychainDouble(),
    getGenericPassword: () => (++prompts === 1 ? new Promise(() => {}) : Promise.resolve({ password: 'text' })),
  })
  void storage.getItem('k')
  void storage.getItem('k')
  expect(prompts).toBe(1)

  await vi.advanceTimersByTimeAsync(120_000)

  expect(await storage.getItem('k')).toBe('text')
})

it('names the function that is missing', () => {
  expect(() => keychainStorage({} as Keychain)).toThrow(/`keychain` has no getGenericPassword\(\).*react-native-keychain/)
})

it('shares one prompt among reads that come together (F35)', async () => {
  let prompts = 0
  const storage = keychainStorage({
    ...keychainDouble(),
    async getGenericPassword() {
      prompts++
      return { password: 'text' }
    },
  })

  expect(await Promise.all([storage.getItem('service'), storage.getItem('service')])).toEqual(['text', 'text'])

  expect(prompts).toBe(1)
})

it('starts a new read for whoever asks after a write, rather than share one that began before it', async () => {
  let password = 'old'
  const [hasRead, mayAnswer] = [deferred(), deferred()]
  const storage = keychainStorage({
    ...keychainDouble(),
    async getGenericPassword() {
      const found = { password }
      if (found.password === 'new') return found
      hasRead.resolve()
      await mayAnswer.promise
      return found
    },
    async setGenericPassword(_, text) {
      await hasRead.promise // It lands behind the read.
      password = text
      return {}
    },
  })

  const writing = storage.setItem('k', 'new')
  const during = storage.getItem('k')
  await writing
  const after = storage.getItem('k')
  mayAnswer.resolve()

  expect([await during, await after]).toEqual(['old', 'new'])
})

describe('a keychain that removes a password before it refuses the next, as iOS does', () => {
  it('still holds the session, until the next write takes its place or a sign-out ends it', async () => {
    const { store, keychain } = await refusedWrite()
    expect(keychain.content.size).toBe(0)

    expect(await store.read()).toEqual(pair(1))
    expect(await store.write(pair(2), pair(1))).toBe(true)
    expect(await store.read()).toEqual(pair(2))
    expect(await store.write(null, pair(2))).toBe(true)
    expect(await store.read()).toBe(null)
  })

  it('holds none after a sign-out', async () => {
    const { store } = await refusedWrite()

    expect(await store.write(null, pair(1))).toBe(true)

    expect(await store.read()).toBe(null)
  })

  it('still holds the session where the next password is refused again and again', async () => {
    const { store, lock } = await refusedWrite()
    lock(true)
    expect(await rejection(Promise.resolve(store.write(pair(2), pair(1))))).toMatchObject({ code: 'ERR_STORAGE' })
    lock(false)

    expect(await store.read()).toEqual(pair(1))
  })

  it('still holds the session where a read from before the refusal is answered after it', async () => {
    let found: false | { password: string } = { password: 'old' }
    let answers = Promise.resolve()
    const mayAnswer = deferred()
    const storage = keychainStorage({
      ...keychainDouble(),
      getGenericPassword: () => ((seen) => answers.then(() => seen))(found),
      async setGenericPassword() {
        found = false
        throw new Error('User interaction is not allowed.')
      },
    })
    await storage.getItem('k')
    answers = mayAnswer.promise

    const before = storage.getItem('k')
    await rejection(storage.setItem('k', 'new'))
    mayAnswer.resolve()

    expect([await before, await storage.getItem('k')]).toEqual(['old', 'old'])
  })

  it('still holds the session while the next one is being written', async () => {
    const [keychain, mayTake] = [keychainDouble(), deferred()]
    const storage = keychainStorage({
      ...keychain,
      async setGenericPassword(...given) {
        await keychain.resetGenericPassword(given[2])
        await mayTake.promise
        return keychain.setGenericPassword(...given)
      },
    })
    keychain.content.set('k', 'old')
    await storage.getItem('k')

    const writing = storage.setItem('k', 'new')
    await quiet()
    const meanwhile = await storage.getItem('k')
    mayTake.resolve()
    await writing

    expect([meanwhile, await storage.getItem('k')]).toEqual(['old', 'new'])
  })

  it('still holds the session while the next one is being written, also for the second read of that time', async () => {
    const [keychain, mayRemove, mayTake] = [keychainDouble(), deferred(), deferred()]
    const storage = keychainStorage({
      ...keychain,
      async setGenericPassword(...given) {
        await mayRemove.promise
        await keychain.resetGenericPassword(given[2])
        await mayTake.promise
        return keychain.setGenericPassword(...given)
      },
    })
    keychain.content.set('k', 'old')

    const writing = storage.setItem('k', 'new')
    const first = await storage.getItem('k')
    mayRemove.resolve()
    await quiet()
    const second = await storage.getItem('k')
    mayTake.resolve()
    await writing

    expect([first, second, await storage.getItem('k')]).toEqual(['old', 'old', 'new'])
  })

  it('still holds the session while the second of two writes of the same moment is under way', async () => {
    const [keychain, mayRemove, mayTake] = [keychainDouble(), deferred(), deferred()]
    const storage = keychainStorage({
      ...keychain,
      async setGenericPassword(...given) {
        if (given[1] === 'second') await mayRemove.promise
        await keychain.resetGenericPassword(given[2])
        if (given[1] === 'second') await mayTake.promise
        return keychain.setGenericPassword(...given)
      },
    })

    const writing = [storage.setItem('k', 'first'), storage.setItem('k', 'second')]
    await writing[0]
    mayRemove.resolve()
    await quiet()
    const meanwhile = await storage.getItem('k')
    mayTake.resolve()
    await writing[1]

    expect([meanwhile, await storage.getItem('k')]).toEqual(['first', 'second'])
  })

  it('gives the next session to a read that found nothing because that was not there yet', async () => {
    let found: false | { password: string } = { password: 'old' }
    let answers = Promise.resolve()
    const [mayAnswer, mayTake] = [deferred(), deferred()]
    const storage = keychainStorage({
      ...keychainDouble(),
      getGenericPassword: () => ((seen) => answers.then(() => seen))(found),
      async setGenericPassword(_, password) {
        found = false
        await mayTake.promise
        found = { password }
        return {}
      },
    })
    await storage.getItem('k')
    answers = mayAnswer.promise

    const writing = storage.setItem('k', 'new')
    const meanwhile = storage.getItem('k')
    mayTake.resolve()
    await writing
    mayAnswer.resolve()

    expect(await meanwhile).toBe('new')
  })

  it('treats a later removal by somebody else as a sign-out', async () => {
    const { store, keychain } = await refusedWrite()
    await store.write(pair(2), pair(1))

    keychain.content.clear()

    expect(await store.read()).toBe(null)
  })
})

it('a password that can never be read again, as after a restored backup on Android, keeps nobody from signing in once it is removed', async () => {
  const { client: newClient, restore } = world()
  const keychain = keychainDouble()
  keychain.content.set('authenticated-client.my-app', 'sealed by a key that is gone')
  const storage = keychainStorage({
    ...keychain,
    async getGenericPassword(options) {
      const isSealed = [...keychain.content.values()].some((text) => text.startsWith('sealed'))
      if (isSealed) throw Object.assign(new Error('Decryption failed'), { code: 'E_CRYPTO_FAILED' })
      return keychain.getGenericPassword(options)
    },
  })
  const client = newClient({ store: asyncStorageStore('my-app', storage) })
  expect(await rejection(client.fetch(url))).toMatchObject({ code: 'ERR_STORAGE' })
  const tokens = restore('fresh')

  await storage.removeItem('authenticated-client.my-app')
  await client.setTokens(tokens)

  expect((await client.fetch(url)).status).toBe(200)
  expect(keychain.content.get('authenticated-client.my-app')).toContain(tokens.accessToken)
})

describe('a keychain that asks the user', () => {
  it('asks once for all calls that wait, and they go out signed in when the answer comes (F35)', async () => {
    const { asking, client, answer, server } = await askedUser()

    const calls = Promise.all([client.fetch(url), client.fetch(url), client.fetch(url)])
    await quiet()
    const meanwhile = [asking.length, server.requests.length, client.state.status]
    answer('allowed')

    expect((await calls).map(({ status }) => status)).toEqual([200, 200, 200])
    expect(meanwhile).toEqual([1, 0, 'restoring'])
    expect(asking.length).toBe(1)
  })

  it('that is refused or locked rejects the calls that waited with StorageError: no anonymous request, no logout (F35)', async () => {
    const { app, client, answer, server } = await askedUser()

    const call = rejection(client.fetch(url))
    await quiet()
    answer('locked')

    expect(await call).toMatchObject({ code: 'ERR_STORAGE' })
    expect([server.requests.length, client.state.status, app.logouts]).toEqual([0, 'restoring', []])
  })

  it('is asked again by the next call, which goes on', async () => {
    const { asking, client, answer } = await askedUser()
    const first = rejection(client.fetch(url))
    await quiet()
    answer('locked')
    await first

    const second = client.fetch(url)
    await quiet()
    answer('allowed')

    expect((await second).status).toBe(200)
    expect(asking.length).toBe(2)
  })
})

describe('a keychain that asks the user for each read', () => {
  it.each([{ accessControl: 'BiometryAny' }, { storage: 'KeystoreRSAECB' }, { storage: 'KeystoreAESGCM' }])(
    'asks once while the app runs, though calls, refreshes and saves go on (%j)',
    async (options) => {
      const { client: newClient, login, restore } = world()
      const { keychain, asked } = asksForEach()
      keychain.content.set('authenticated-client.my-app', await recordOf(restore('fresh')))
      const client = newClient({ store: asyncStorageStore('my-app', keychainStorage(keychain, options)) })

      await client.fetch(url)
      login.spoilAccessTokens()
      const response = await client.fetch(url)
      await client.refresh()

      expect([response.status, login.refreshes, asked()]).toEqual([200, 2, 1])
      const kept = keychain.content.get('authenticated-client.my-app')
      expect(kept).toContain(await client.getAccessToken())
      await client.logout()
      expect([keychain.content.size, asked()]).toEqual([0, 1])
    },
  )

  it('asks for nothing when somebody signs in', async () => {
    const { client: newClient, login } = world()
    const { keychain, asked } = asksForEach()
    const client = newClient({ store: asyncStorageStore('my-app', keychainStorage(keychain, guarded)) })

    await client.setTokens(login.signIn())
    await client.fetch(url)

    expect(asked()).toBe(0)
  })

  it('asks again after a refusal, and until it is answered', async () => {
    const { keychain, asked, refuse } = asksForEach()
    const storage = keychainStorage(keychain, guarded)
    keychain.content.set('k', 'text')
    refuse(true)
    await rejection(storage.getItem('k'))
    refuse(false)

    expect([await storage.getItem('k'), await storage.getItem('k'), asked()]).toEqual(['text', 'text', 2])
  })

  it('is asked anew where nobody was signed in: that asks nobody, and somebody may have signed in elsewhere', async () => {
    const { keychain } = asksForEach()
    const storage = keychainStorage(keychain, guarded)
    const before = await storage.getItem('k')
    await storage.setItem('k', 'ours')
    await storage.removeItem('k')

    keychain.content.set('k', 'theirs')

    expect([before, await storage.getItem('k')]).toEqual([null, 'theirs'])
  })

  it('still holds the session, unasked, where a save has removed it and failed, as on iOS', async () => {
    const { keychain, asked } = asksForEach()
    const storage = keychainStorage(
      {
        ...keychain,
        async setGenericPassword(...given) {
          await keychain.resetGenericPassword(given[2])
          throw new Error('User interaction is not allowed.')
        },
      },
      guarded,
    )
    keychain.content.set('k', 'old')
    await storage.getItem('k')

    await rejection(storage.setItem('k', 'new'))

    expect([await storage.getItem('k'), asked()]).toEqual(['old', 1])
  })

  it.each([{}, { accessControl: undefined }, { authenticationPrompt: { title: 'Unlock' } }, { storage: 'KeystoreAESGCM_NoAuth' }])(
    'is not meant by %j: there each read sees what others wrote',
    async (options) => {
      const keychain = keychainDouble()
      const storage = keychainStorage(keychain, options)
      await storage.setItem('k', 'ours')

      keychain.content.set('k', 'theirs')

      expect(await storage.getItem('k')).toBe('theirs')
    },
  )
})

/** Signed in; the tokens of a refresh were refused while the device was locked; it is unlocked again. */
async function refusedWrite() {
  const keychain = keychainDouble()
  let isLocked = false
  const store = asyncStorageStore(
    'my-app',
    keychainStorage({
      ...keychain,
      async setGenericPassword(...given) {
        await keychain.resetGenericPassword(given[2])
        if (isLocked) throw new Error('User interaction is not allowed.')
        return keychain.setGenericPassword(...given)
      },
    }),
  )
  await store.write(pair(1), null)
  const lock = (locked: boolean): void => {
    isLocked = locked
  }
  lock(true)
  expect(await rejection(Promise.resolve(store.write(pair(2), pair(1))))).toMatchObject({ code: 'ERR_STORAGE' })
  lock(false)
  return { store, keychain, lock }
}

/** A signed-in app that starts anew, on a keychain whose every read waits for the user. */
async function askedUser() {
  const { app, client: newClient, resource, restore } = world()
  const keychain = keychainDouble()
  await asyncStorageStore('my-app', keychainStorage(keychain)).write(restore('fresh'), null)
  const asking: Deferred<void>[] = []
  const asks: Keychain = {
    ...keychain,
    async getGenericPassword(options) {
      const asked = deferred()
      asking.push(asked)
      await asked.promise
      return keychain.getGenericPassword(options)
    },
  }
  const client = newClient({ store: asyncStorageStore('my-app', keychainStorage(asks)) })
  const answer = (how: 'allowed' | 'locked'): void => {
    const last = asking.at(-1)
    if (how === 'allowed') last?.resolve()
    else last?.reject(new Error('User interaction is not allowed.'))
  }
  return { app, asking, client, answer, server: resource }
}

const guarded = { accessControl: 'BiometryAny' }

/** What a keychain keeps for that session. */
async function recordOf(tokens: TokenSet): Promise<string> {
  const keychain = keychainDouble()
  await asyncStorageStore('my-app', keychainStorage(keychain)).write(tokens, null)
  return [...keychain.content.values()].join()
}

/** A keychain that asks for a fingerprint before it gives what it has, and counts how often. */
function asksForEach() {
  const keychain = keychainDouble()
  let asked = 0
  let isRefused = false
  return {
    asked: () => asked,
    refuse(refused: boolean) {
      isRefused = refused
    },
    keychain: {
      ...keychain,
      async getGenericPassword(options?: object) {
        const found = await keychain.getGenericPassword(options)
        if (found) asked += 1
        if (found && isRefused) throw new Error('User canceled the operation.')
        return found
      },
    },
  }
}
