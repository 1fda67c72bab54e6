// Made once, in a module, and imported where it is needed: StrictMode makes each component twice, and a client made in one would be two. A
// server that renders pages has this module in common for all users: it gets no tokens there (many-users.ts has one client for each session).
import { AuthenticatedClient, webStorageStore } from 'authenticated-client'

export const client = new AuthenticatedClient({
  tokenEndpoint: 'https://login.example.com/token',
  clientId: 'web',
  baseUrl: 'https://api.example.com',
  store: webStorageStore('my-app'),
})
