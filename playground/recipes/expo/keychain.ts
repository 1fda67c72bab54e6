// A React Native app without Expo: the session lives in the keychain, which asks for a fingerprint once, when the app starts: from then on
// the storage knows the session, so only this app may write it. (Android may ask for each save too, so also for a refresh.) Calls wait for
// the user's answer, no longer than `refreshTimeout`. If the user refuses, they reject with a `StorageError`; the session stays, and the
// next call asks again.
import { AuthenticatedClient, asyncStorageStore, type TokenSet } from 'authenticated-client'
import { keychainStorage } from 'authenticated-client/react-native'
import * as Keychain from 'react-native-keychain'

const storage = keychainStorage(Keychain, { accessControl: Keychain.ACCESS_CONTROL.BIOMETRY_ANY_OR_DEVICE_PASSCODE })

export const client = new AuthenticatedClient({
  tokenEndpoint: 'https://login.example.com/token',
  clientId: 'mobile',
  baseUrl: 'https://api.example.com',
  store: asyncStorageStore('my-app', storage),
  refreshTimeout: 60_000, // People are slower than servers.
})

/**
 * For a "Sign in again" button beside that error. On Android the saved session can become unreadable for good: on a phone that was
 * restored from a backup, which has no keys, or once the screen lock is removed. The store never overwrites what it can't read, so it
 * must be removed first. A save that is under way goes before that, and one whose prompt was lost may never end.
 */
export async function signInAnew(tokens: TokenSet): Promise<void> {
  const late = new Promise<never>((_, reject) => setTimeout(reject, 10_000, new Error('The keychain does not answer: restart the app')))
  await Promise.race([storage.removeItem('authenticated-client.my-app'), late])
  await client.setTokens(tokens)
}
