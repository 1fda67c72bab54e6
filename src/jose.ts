export { type ClientSecretJwtOptions, clientSecretJwt, type PrivateKeyJwtOptions, privateKeyJwt } from './grants/jwt-client-authentication'
export type { SigningKey } from './grants/signed-assertion'
