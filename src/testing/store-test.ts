import type { MaybePromise } from '../platform/maybe-promise'
import type { TokenStore } from '../stores/token-store'
import type { TokenSet } from '../tokens/token-set'

/** One sentence about stores. */
export interface StoreTest {
  readonly title: string
  readonly needs?: Ability | Way
  run(subject: Subject): Promise<void>
}

export interface Subject {
  readonly store: TokenStore
  readonly expect: Expect
  readonly options: StoreConformanceOptions
}

/** The options that give a test a way to what is below the store. */
export type Way = 'reopen' | 'spoil' | 'throws' | 'hangs'

/** The part of a test runner's `it` that is used: Vitest's, Jest's, Bun's. */
export type It = (title: string, test: () => Promise<void>) => unknown

/** The part of a test runner's `expect` that is used: Vitest's, Jest's, Bun's. */
export type Expect = (actual: unknown) => {
  /** Fails where it is another value, or another object. */
  toBe(expected: unknown): unknown
  /** Fails where it looks otherwise. */
  toEqual(expected: unknown): unknown
}

/** Options of `storeConformance`. */
export interface StoreConformanceOptions {
  /** A store that is signed out, on a storage of its own; once for each test. Clean up in your runner's `afterEach`. */
  create(): MaybePromise<TokenStore>
  /** Your runner's: defines a test. */
  readonly it: It
  /** Your runner's: fails one. */
  readonly expect: Expect
  /**
   * Another store on the storage of `store`, as another process opens it. With it, two stores are tested side by side.
   * @default none: nobody else reaches the storage
   */
  reopen?: ((store: TokenStore) => MaybePromise<TokenStore>) | undefined
  /**
   * Puts `text` where `store` keeps its session. With it, what can't be read is tested.
   * @default none
   */
  spoil?: ((store: TokenStore, text: string) => MaybePromise<void>) | undefined
  /**
   * Lets the storage below `store` throw at every operation from now on; returns how to mend it. With it, an outage is tested.
   * @default none
   */
  throws?: ((store: TokenStore) => MaybePromise<Mend>) | undefined
  /**
   * Lets the storage below `store` answer nothing from now on; returns how to mend it, after which what hung may go on or fail. With
   * it, a hanging storage is tested.
   * @default none
   */
  hangs?: ((store: TokenStore) => MaybePromise<Mend>) | undefined
  /**
   * What the store can't do, and its documentation says so: `'markers'`, keep a cookie session; `'atomic writes'`, let one alone of
   * several writers of the same moment win; `'fields'`, keep fields that it doesn't know.
   * @default nothing
   */
  readonly lacks?: readonly Ability[] | undefined
}

/** Makes the storage work again. */
export type Mend = () => MaybePromise<void>

/** What not every store can do: see `lacks`. */
export type Ability = 'markers' | 'atomic writes' | 'fields'

/** The tokens after `n` rotations. */
export function pair(n: number): TokenSet {
  return { accessToken: `access-${n}`, refreshToken: `refresh-${n}` }
}

/** Whether the store promises nothing beyond this client. */
export function isPrivate(store: TokenStore): boolean {
  return (store.coordination ?? 'client') === 'client'
}

/** For a lock that will be granted, in milliseconds. */
export const waitTimeout = 10_000
