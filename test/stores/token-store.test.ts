import { mkdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type StoreConformanceOptions, storeConformance } from 'authenticated-client/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { asyncStorageStore } from '../../src/stores/async-storage'
import { callbackStore } from '../../src/stores/callback-store'
import { fileStore } from '../../src/stores/file'
import { keychainStorage } from '../../src/stores/keychain-storage'
import { memoryStore } from '../../src/stores/memory'
import { secureStorage } from '../../src/stores/secure-storage'
import type { TokenStore } from '../../src/stores/token-store'
import { webStorageStore } from '../../src/stores/web-storage'
import type { TokenSet } from '../../src/tokens/token-set'
import { deferred } from '../support/deferred'
import { asyncStorageDouble, keychainDouble, secureStoreDouble, storageDouble, turns } from './storage-doubles'
import { temporaryFolder } from './temporary-folder'

type Kind = Omit<StoreConformanceOptions, 'it' | 'expect'>

const kinds: Record<string, () => Kind> = {
  memoryStore: () => ({ create: memoryStore }),

  'webStorageStore on localStorage'() {
    return overText(storageDouble, (storage) => {
      vi.stubGlobal('localStorage', storage)
      return webStorageStore('my-app')
    })
  },

  'webStorageStore on a storage of the app': () => overText(storageDouble, (storage) => webStorageStore('my-app', { storage })),

  asyncStorageStore: () => overAsync(asyncStorageDouble, (storage) => asyncStorageStore('my-app', storage)),

  'asyncStorageStore on expo-secure-store': () =>
    overAsync(secureStoreDouble, (storage) => asyncStorageStore('my-app', secureStorage(storage))),

  'asyncStorageStore on react-native-keychain': () =>
    overAsync(keychainDouble, (storage) => asyncStorageStore('my-app', keychainStorage(storage))),

  fileStore() {
    const paths = new Map<TokenStore, string>()
    const open = (path: string): TokenStore => {
      const store = fileStore(path)
      paths.set(store, path)
      return store
    }
    const pathOf = (store: TokenStore): string => paths.get(store) as string
    return {
      create: () => open(join(temporaryFolder(), 'deep', 'session.json')),
      reopen: (store) => open(pathOf(store)),
      spoil: async (store, text) => {
        mkdirSync(join(pathOf(store), '..'), { recursive: true })
        writeFileSync(pathOf(store), text)
      },
      // Nobody can read or replace a folder; permissions would not stop root.
      throws: (store) => {
        renameSync(pathOf(store), `${pathOf(store)}.away`)
        mkdirSync(pathOf(store))
        return () => {
          rmdirSync(pathOf(store))
          renameSync(`${pathOf(store)}.away`, pathOf(store))
        }
      },
    }
  },

  'callbackStore on synchronous callbacks'() {
    return {
      lacks: ['markers'],
      create() {
        let tokens: TokenSet | null = null
        return callbackStore({
          getTokens: () => tokens,
          saveTokens: (next) => {
            tokens = next
          },
          clearTokens: () => {
            tokens = null
          },
        })
      },
    }
  },

  'callbackStore on asynchronous callbacks'() {
    return {
      lacks: ['markers', 'atomic writes'],
      create() {
        let tokens: TokenSet | null | undefined
        const set = async (next: TokenSet | undefined) => {
          await turns()
          tokens = next
          await turns()
        }
        const getTokens = async () => {
          await turns()
          return tokens
        }
        return callbackStore({ getTokens, saveTokens: set, clearTokens: () => set(undefined) })
      },
    }
  },
}

for (const [name, kind] of Object.entries(kinds)) {
  describe(name, () => {
    afterEach(() => vi.unstubAllGlobals())

    storeConformance({ ...kind(), it, expect })
  })
}

interface TextStorage {
  readonly content: Map<string, string>
}

const underneath = new WeakMap<TokenStore, TextStorage>()

/** A store over texts under a key, whose storage a test can reach into. */
function overText<Storage extends TextStorage>(newStorage: () => Storage, open: (storage: Storage) => TokenStore): Kind {
  const openOver = (storage: Storage): TokenStore => {
    const store = open(storage)
    underneath.set(store, storage)
    return store
  }
  const storageOf = (store: TokenStore): Storage => underneath.get(store) as Storage
  return {
    create: () => openOver(newStorage()),
    reopen: (store) => openOver(storageOf(store)),
    spoil: (store, text) => void storageOf(store).content.set('authenticated-client.my-app', text),
    throws: (store) =>
      replaceMethods(storageOf(store), () => () => {
        throw new Error('User interaction is not allowed')
      }),
  }
}

/** The same, where operations can hang, too. */
function overAsync<Storage extends TextStorage>(newStorage: () => Storage, open: (storage: Storage) => TokenStore): Kind {
  return {
    ...overText(newStorage, open),
    hangs(store) {
      const mended = deferred()
      const hang =
        (method: Method): Method =>
        async (...values) => {
          await mended.promise
          return method(...values)
        }
      return replaceMethods(underneath.get(store) as TextStorage, hang, mended.resolve)
    },
  }
}

type Method = (...values: unknown[]) => unknown

function replaceMethods(storage: object, replace: (method: Method) => Method, mend = (): void => {}): () => void {
  const methods = storage as Record<string, Method>
  const names = Object.keys(methods).filter((name) => typeof methods[name] === 'function')
  const before = names.map((name) => methods[name] as Method)
  for (const name of names) methods[name] = replace(methods[name] as Method)
  return () => {
    for (const [index, name] of names.entries()) methods[name] = before[index] as Method
    mend()
  }
}
