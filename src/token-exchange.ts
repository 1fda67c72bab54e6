export { type TokenExchangeGrantOptions, tokenExchangeGrant } from './grants/token-exchange'
