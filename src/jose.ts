export { type ClientSecretJwtOptions, clientSecretJwt, type PrivateKeyJwtOptions, privateKeyJwt } from './grants/jwt-client-authentication'
export type { JsonKey, KnownJsonKey, SigningKey } from './grants/signed-assertion'
export type { CryptoKeyLike } from './platform/crypto-key'
