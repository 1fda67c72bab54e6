import { systemClock } from '../platform/clock'
import type { AsyncStorage } from './async-storage'

/** What react-native-keychain looks like, as far as it is used. */
export interface Keychain {
  /** What is kept for `service` of `options`; `false` for nothing. */
  getGenericPassword(options?: object): Promise<
    | false
    | {
        /** The text that was kept. */
        readonly password: string
      }
  >
  /** Keeps it; `false` where that failed. */
  setGenericPassword(username: string, password: string, options?: object): Promise<unknown>
  /** Removes it; `false` where that failed. */
  resetGenericPassword(options?: object): Promise<unknown>
}

/** How long reads share a prompt, in milliseconds: one that was lost, as an app's in the background may be, must not last for ever. */
const patience = 120_000

/**
 * The keychain of iOS or the keystore of Android, through react-native-keychain, as the storage of `asyncStorageStore`. The session is
 * the password of a service of its own. Reads that come together share one prompt. If the keychain is locked or the prompt refused, the
 * calls that wait for it reject with a `StorageError`: they don't go out anonymously, and the session stays. On iOS the old password is
 * removed before the new one is added. Where adding fails, this object goes on giving the old one, so create it once; if the app dies in
 * between, the user signs in again.
 * @param options for each call, such as `accessible` or `accessControl`. Where a person may be asked for each read (with `accessControl`,
 * or a `storage` of Android that asks), what this object has read or written it doesn't ask for again, not even for a refresh. So nobody
 * else may write that item: what another object or process does to it, such as a share extension, is not seen before the app starts
 * anew, and the next save or sign-out goes over it. Give each a `name` and a sign-in of its own. Android may ask for each save, too.
 * @throws {TypeError} where a function is missing.
 * @example asyncStorageStore('my-app', keychainStorage(Keychain, { accessible: Keychain.ACCESSIBLE.AFTER_FIRST_UNLOCK }))
 */
export function keychainStorage(keychain: Keychain, options: object = {}): AsyncStorage {
  for (const method of ['getGenericPassword', 'setGenericPassword', 'resetGenericPassword'] as const) {
    if (typeof keychain?.[method] !== 'function')
      throw new TypeError(`\`keychain\` has no ${method}(): pass what \`import * as Keychain from 'react-native-keychain'\` gives`)
  }
  const isGuarded = mayAsk(options)
  const reading = new Map<string, { readonly asked: Promise<string | null>; readonly since: number }>()

  /** What each service held when we last knew. */
  const known = new Map<string, string | null>()
  /** What a service held before a write that isn't done, or failed. It still counts, though iOS may have removed it: nobody signed out. */
  const kept = new Map<string, string | null>()
  /** Services whose next password is on its way. */
  const writing = new Set<string>()

  const lastOf = (service: string): string | null => kept.get(service) ?? known.get(service) ?? null

  const find = async (service: string) => keychain.getGenericPassword({ ...options, service })

  /** However it ends, reads that come after it share none that began before it. */
  const write = async (service: string, text: string | null, action: () => Promise<unknown>): Promise<void> => {
    if (text !== null) {
      kept.set(service, lastOf(service))
      writing.add(service)
    }
    try {
      if ((await action()) === false) throw new Error(`The keychain did not ${text === null ? 'remove' : 'take'} it`)
      known.set(service, text)
      kept.delete(service)
    } finally {
      writing.delete(service)
      reading.delete(service)
    }
  }

  const changes = new Map<string, Promise<void>>()

  /** One at a time, however many stores share this object: what a write that isn't done has removed is known of one alone. */
  const change = (service: string, text: string | null, action: () => Promise<unknown>): Promise<void> => {
    const turn = (): Promise<void> => write(service, text, action)
    const before = changes.get(service)
    const changed = before ? before.then(turn, turn) : turn()
    changes.set(service, changed)
    return changed
  }

  return {
    getItem(service) {
      const held = isGuarded && lastOf(service) // Nothing is asked for: that prompts nobody, and somebody may have signed in.
      if (held) return Promise.resolve(held)
      const shared = reading.get(service)
      const now = systemClock.now()
      if (shared && now - shared.since < patience) return shared.asked
      const asked: Promise<string | null> = find(service)
        .then((found) => {
          const isLate = reading.get(service)?.asked !== asked
          if (isLate) return found ? found.password : lastOf(service) // A write came between, or a later read: they know better.
          const text = found ? found.password : (kept.get(service) ?? null)
          known.set(service, text)
          if (writing.has(service))
            kept.set(service, text) // It may be the old one, not removed yet.
          else if (found) kept.delete(service)
          return text
        })
        .finally(() => {
          if (reading.get(service)?.asked === asked) reading.delete(service)
        })
      reading.set(service, { asked, since: now })
      return asked
    },
    setItem: (service, text) => change(service, text, () => keychain.setGenericPassword(service, text, { ...options, service })),
    removeItem: (service) => change(service, null, () => keychain.resetGenericPassword({ ...options, service })),
  }
}

/** Whether a person may be asked for each read. `authenticationPrompt` alone only words the question. */
function mayAsk({ accessControl, storage }: { readonly accessControl?: unknown; readonly storage?: unknown }): boolean {
  return accessControl != null || /^Keystore(RSAECB|AESGCM)$/.test(String(storage)) // RSA and AES_GCM, but not AES_GCM_NO_AUTH.
}
