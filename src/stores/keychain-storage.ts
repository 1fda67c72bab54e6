import type { AsyncStorage } from './async-storage'

/** What react-native-keychain looks like, as far as it is used. */
export interface Keychain {
  getGenericPassword(options?: object): Promise<false | { readonly password: string }>
  setGenericPassword(username: string, password: string, options?: object): Promise<unknown>
  resetGenericPassword(options?: object): Promise<unknown>
}

/**
 * The keychain of iOS or the keystore of Android, through react-native-keychain, as the storage of `asyncStorageStore`. The session is
 * the password of a service of its own. Reads that come together share one prompt. A locked keychain or a refused prompt is a
 * `StorageError` of the calls that wait for it: they don't go out anonymously, and the session stays.
 * @param options for each call, such as `accessible` or `accessControl`. With `accessControl` each refresh asks, too: it reads anew.
 * @throws {TypeError} where a function is missing.
 * @example asyncStorageStore('my-app', keychainStorage(Keychain, { accessible: Keychain.ACCESSIBLE.AFTER_FIRST_UNLOCK }))
 */
export function keychainStorage(keychain: Keychain, options: object = {}): AsyncStorage {
  for (const method of ['getGenericPassword', 'setGenericPassword', 'resetGenericPassword'] as const) {
    if (typeof keychain?.[method] !== 'function')
      throw new TypeError(`\`keychain\` has no ${method}(): pass what \`import * as Keychain from 'react-native-keychain'\` gives`)
  }
  const reading = new Map<string, Promise<string | null>>()

  const read = async (service: string): Promise<string | null> => {
    const found = await keychain.getGenericPassword({ ...options, service })
    return found ? found.password : null
  }

  /** Who reads after it, however it ended, shares no read that began before. */
  const change = async <Result>(service: string, action: () => Promise<Result>): Promise<Result> => {
    try {
      return await action()
    } finally {
      reading.delete(service)
    }
  }

  return {
    getItem(service) {
      const shared = reading.get(service)
      if (shared) return shared
      const asked = read(service).finally(() => {
        if (reading.get(service) === asked) reading.delete(service)
      })
      reading.set(service, asked)
      return asked
    },
    async setItem(service, text) {
      if (!(await change(service, () => keychain.setGenericPassword(service, text, { ...options, service }))))
        throw new Error('The keychain did not take it')
    },
    async removeItem(service) {
      if (!(await change(service, () => keychain.resetGenericPassword({ ...options, service }))))
        throw new Error('The keychain did not remove it')
    },
  }
}
