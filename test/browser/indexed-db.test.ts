import { AuthenticatedClient, isAuthError } from 'authenticated-client'
import { dpop, indexedDbKeyStore } from 'authenticated-client/dpop'
import { indexedDbStore } from 'authenticated-client/indexed-db'
import { storeConformance } from 'authenticated-client/testing'
import { afterEach, describe, expect, inject, it } from 'vitest'

const names = new Map<object, string>()
const clients: AuthenticatedClient[] = []

afterEach(() => {
  for (const client of clients.splice(0)) client.dispose()
})

function create(name: string = crypto.randomUUID()) {
  const store = indexedDbStore(name)
  names.set(store, name)
  return store
}

describe('indexedDbStore', () => {
  storeConformance({
    create: () => create(),
    it,
    expect,
    reopen: (store) => create(names.get(store)),
    spoil: (store, text) => put(`authenticated-client.${names.get(store)}`, text),
  })

  it('lets one of twenty writers of the same moment win', async () => {
    const name = crypto.randomUUID()
    const stores = Array.from({ length: 20 }, () => create(name))

    const taken = await Promise.all(stores.map((store, n) => store.write({ accessToken: `a${n}` }, null)))

    expect(taken.filter(Boolean)).toHaveLength(1)
    expect(await stores[0]?.read()).toEqual({ accessToken: `a${taken.indexOf(true)}` })
  })

  it('refuses a name that is none', () => {
    expect(() => indexedDbStore('a b')).toThrow(TypeError)
  })

  it('is shared by two clients: one refresh, and both go on', async () => {
    const world = `${inject('loopback')}/${crypto.randomUUID()}`
    const name = crypto.randomUUID()
    const options = { tokenEndpoint: `${world}/token`, clientId: 'page', allowedOrigins: [inject('loopback')] }
    const [one, other] = [0, 1].map(() => new AuthenticatedClient({ ...options, store: indexedDbStore(name) })) as [
      AuthenticatedClient,
      AuthenticatedClient,
    ]
    clients.push(one, other)
    await one.setTokens({ accessToken: 'access-stale', refreshToken: 'refresh-0' })

    const responses = await Promise.all([one, other, one, other].map((client) => client.fetch(`${world}/me`)))

    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(await (await fetch(`${world}/counters`)).json()).toMatchObject({ refreshes: 1, refused: 0 })
    expect([one.coordination, isAuthError(null)]).toEqual(['browser', false])
  })
})

describe('indexedDbKeyStore', () => {
  it('keeps a key that no script can export, for every proof and every tab (RFC 9449 §11)', async () => {
    const keyStore = indexedDbKeyStore(crypto.randomUUID())
    const scheme = dpop({ keyStore })

    const thumbprint = await scheme.thumbprint()

    const kept = await keyStore.load()
    expect(kept?.privateKey.extractable).toBe(false)
    expect(await dpop({ keyStore }).thumbprint()).toBe(thumbprint)
    await expect(crypto.subtle.exportKey('jwk', kept?.privateKey as CryptoKey)).rejects.toThrow()
  })

  it('has a place of its own: a session store may have the same name', async () => {
    const name = crypto.randomUUID()
    const [keyStore, store] = [indexedDbKeyStore(name), create(name)]

    const thumbprint = await dpop({ keyStore }).thumbprint()

    expect(await store.write({ accessToken: 'a' }, null)).toBe(true)
    expect(await store.read()).toEqual({ accessToken: 'a' })
    expect(await dpop({ keyStore }).thumbprint()).toBe(thumbprint)
  })

  it('keeps the first of the keys that tabs save at once, and gives it to all of them', async () => {
    const keyStore = indexedDbKeyStore(crypto.randomUUID())

    const thumbprints = await Promise.all(Array.from({ length: 5 }, () => dpop({ keyStore }).thumbprint()))

    expect(new Set([...thumbprints, await dpop({ keyStore }).thumbprint()]).size).toBe(1)
  })
})

async function put(name: string, text: string): Promise<void> {
  const opening = indexedDB.open(name, 1)
  opening.onupgradeneeded = () => void opening.result.createObjectStore('session')
  await new Promise((resolve) => {
    opening.onsuccess = resolve
  })
  const transaction = opening.result.transaction('session', 'readwrite')
  transaction.objectStore('session').put(text, 'session')
  await new Promise((resolve) => {
    transaction.oncomplete = resolve
  })
  opening.result.close()
}
