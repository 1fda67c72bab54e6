export { type ApiOptions, api, type TestApi } from './testing/api'
export { type AuthorizationServerOptions, authorizationServer, type TestAuthorizationServer } from './testing/authorization-server'
export { type FaultName, fault, faultNames } from './testing/fault'
export { type CreateServer, type HttpServer, type Incoming, type Listening, listen, type Outgoing } from './testing/listen'
export { type MswHttp, mswHandlers } from './testing/msw-handlers'
export { type RefusalName, refusal, refusalNames } from './testing/refusal'
export { storeConformance } from './testing/store-conformance'
export type { Ability, Expect, It, Mend, StoreConformanceOptions } from './testing/store-test'
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
