export { type ApiOptions, api, type TestApi } from './testing/api'
export { type AuthorizationServerOptions, authorizationServer, type TestAuthorizationServer } from './testing/authorization-server'
export { type FaultName, fault, faultNames } from './testing/fault'
export { type CreateServer, type Listening, listen } from './testing/listen'
export { type MswHttp, mswHandlers } from './testing/msw-handlers'
export { type RefusalName, refusal, refusalNames } from './testing/refusal'
export { type Ability, type Expect, type It, type Mend, type StoreConformanceOptions, storeConformance } from './testing/store-conformance'
export { quiet, type TestClock, testClock } from './testing/test-clock'
export { testFetch } from './testing/test-fetch'
export type { Answer, ReceivedRequest, TestServer } from './testing/test-server'
export {
  type IssuedAccess,
  type IssuedTokens,
  type RotationOptions,
  type TokenClaims,
  TokenFamilies,
  type TokenFamily,
} from './testing/token-families'
export { unsignedJwt } from './testing/unsigned-jwt'
