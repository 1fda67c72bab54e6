import { afterEach, describe, it, vi } from 'vitest'
import { asyncStorageStore } from '../../src/stores/async-storage'
import { callbackStore } from '../../src/stores/callback-store'
import { memoryStore } from '../../src/stores/memory'
import { webStorageStore } from '../../src/stores/web-storage'
import type { TokenSet } from '../../src/tokens/token-set'
import { type ConformanceCase, type StoreUnderTest, tokenStoreConformance } from './conformance'
import { asyncStorageDouble, storageDouble, turns } from './storage-doubles'

interface Kind {
  /** See `needs` of a case. */
  readonly lacks?: readonly ConformanceCase<StoreUnderTest>['needs'][]
  open(): StoreUnderTest
}

const kinds: Record<string, Kind> = {
  memoryStore: { open: () => ({ store: memoryStore() }) },
  'webStorageStore on localStorage': {
    open() {
      vi.stubGlobal('localStorage', storageDouble())
      const reopen = () => webStorageStore('my-app')
      return { store: reopen(), reopen }
    },
  },
  'webStorageStore on a storage of the app': {
    open() {
      const storage = storageDouble()
      const reopen = () => webStorageStore('my-app', { storage })
      return { store: reopen(), reopen }
    },
  },
  asyncStorageStore: {
    open() {
      const storage = asyncStorageDouble()
      const reopen = () => asyncStorageStore('my-app', storage)
      return { store: reopen(), reopen }
    },
  },
  'callbackStore on synchronous callbacks': {
    lacks: ['a lock', 'markers', 'hints'],
    open() {
      let tokens: TokenSet | null = null
      const callbacks = {
        getTokens: () => tokens,
        saveTokens: (next: TokenSet) => {
          tokens = next
        },
        clearTokens: () => {
          tokens = null
        },
      }
      const reopen = () => callbackStore(callbacks)
      return { store: reopen(), reopen }
    },
  },
  'callbackStore on asynchronous callbacks': {
    lacks: ['a lock', 'markers', 'hints', 'atomic writes'],
    open() {
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
      const reopen = () => callbackStore({ getTokens, saveTokens: set, clearTokens: () => set(undefined) })
      return { store: reopen(), reopen }
    },
  },
}

for (const [name, { lacks = [], open }] of Object.entries(kinds)) {
  describe(name, () => {
    afterEach(() => vi.unstubAllGlobals())

    for (const { title, needs, run } of tokenStoreConformance) {
      if (!needs || !lacks.includes(needs)) it(title, () => run(open))
    }
  })
}
