// Made once, in a module, and imported where it is needed: StrictMode renders each component twice, so a client made in one would be two.
// On a server that renders pages all users share this module: never give it tokens there. many-users.ts makes a client for each session.
import { AuthenticatedClient, webStorageStore } from 'authenticated-client'

export const client = new AuthenticatedClient({
  tokenEndpoint: 'https://login.example.com/token',
  clientId: 'web',
  baseUrl: 'https://api.example.com',
  store: webStorageStore('my-app'),
})
