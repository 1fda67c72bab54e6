export type { CryptoKeyLike, KeyPair } from './platform/crypto-key'
export { type DpopKeyStore, type DpopOptions, type DpopScheme, dpop } from './schemes/dpop'
export { indexedDbKeyStore, type KeyStore } from './stores/indexed-db-keys'
