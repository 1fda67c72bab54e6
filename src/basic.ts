export { type BasicOptions, basic } from './schemes/basic'
export type { UserCredentials, UserPassword } from './schemes/user-credentials'
