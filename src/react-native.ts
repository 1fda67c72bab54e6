export { type Keychain, keychainStorage } from './stores/keychain-storage'
export { type SecureStore, secureStorage } from './stores/secure-storage'
