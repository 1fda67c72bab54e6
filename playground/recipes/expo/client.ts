// An Expo app: the session lives in expo-secure-store, split where it is longer than the 2048 bytes that a value holds there.
import { AuthenticatedClient, asyncStorageStore } from 'authenticated-client'
import { secureStorage } from 'authenticated-client/react-native'
import * as SecureStore from 'expo-secure-store'

export const client = new AuthenticatedClient({
  tokenEndpoint: 'https://login.example.com/token',
  revocationEndpoint: 'https://login.example.com/revoke',
  clientId: 'mobile',
  baseUrl: 'https://api.example.com',
  // Readable once the device was unlocked after it started: a push message in the background can still call the API.
  store: asyncStorageStore('my-app', secureStorage(SecureStore, { keychainAccessible: SecureStore.AFTER_FIRST_UNLOCK })),
})
