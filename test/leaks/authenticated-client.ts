// In place of the package's main entry, for tests in Node: all of it, with the client watched.
export * from '../../src/index.ts'
export { AuthenticatedClient } from './watched-client.ts'
