// AsyncStorage can be used as it is. It is not encrypted: for tokens that live long, prefer the keychain.
import { createAsyncStorage } from '@react-native-async-storage/async-storage'
import { AuthenticatedClient, asyncStorageStore } from 'authenticated-client'

export const client = new AuthenticatedClient({
  tokenEndpoint: 'https://login.example.com/token',
  clientId: 'mobile',
  baseUrl: 'https://api.example.com',
  store: asyncStorageStore('my-app', createAsyncStorage('my-app')),
})
