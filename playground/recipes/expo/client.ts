// An Expo app: the session lives in expo-secure-store, in several values if it is longer than the 2048 bytes that one holds.
import { AuthenticatedClient, asyncStorageStore } from 'authenticated-client'
import { secureStorage } from 'authenticated-client/react-native'
import * as SecureStore from 'expo-secure-store'

export const client = new AuthenticatedClient({
  tokenEndpoint: 'https://login.example.com/token',
  revocationEndpoint: 'https://login.example.com/revoke',
  clientId: 'mobile',
  baseUrl: 'https://api.example.com',
  // Readable once the device has been unlocked after a start, so that the app can call the API in the background, for a push message.
  store: asyncStorageStore('my-app', secureStorage(SecureStore, { keychainAccessible: SecureStore.AFTER_FIRST_UNLOCK })),
})
