export { type DigestOptions, digest } from './schemes/digest'
export type { UserCredentials, UserPassword } from './schemes/user-credentials'
