import {
  type AuthError,
  AuthenticatedClient,
  type AuthenticatedClientOptions,
  type Challenge,
  type ClientEvent,
  type FetchLike,
  isAuthError,
  type OutgoingRequest,
  parseChallenges,
  type SessionState,
  type StorageError,
  type StoredSession,
  type SyncStorage,
  type TokenEndpointError,
  type TokenSet,
  type TokenStore,
} from 'authenticated-client'
import type { DiagnoseInput } from 'authenticated-client/diagnose'
import type { DpopKeyStore, KeyStore } from 'authenticated-client/dpop'
import type { PrivateKeyJwtOptions } from 'authenticated-client/jose'
import type { CryptoKey as JoseKey, JWK } from 'jose'
import { expectTypeOf, it } from 'vitest'

// Checked by `npm run typecheck`; as tests they only say what is meant.
it('fetch is a fetch, for whatever takes one', () => {
  expectTypeOf<AuthenticatedClient['fetch']>().toEqualTypeOf<typeof globalThis.fetch>()
})

it('a state is one of four, told apart by its status', () => {
  expectTypeOf<SessionState['status']>().toEqualTypeOf<'restoring' | 'anonymous' | 'authenticated' | 'ended'>()
  expectTypeOf<Extract<SessionState, { status: 'authenticated' }>['generation']>().toEqualTypeOf<number>()
  expectTypeOf<Extract<SessionState, { status: 'anonymous' }>>().not.toHaveProperty('generation')
})

it('a token set needs an access token alone, and nobody may change it', () => {
  expectTypeOf<{ accessToken: string }>().toExtend<TokenSet>()
  expectTypeOf<{ refreshToken: string }>().not.toExtend<TokenSet>()
  expectTypeOf<TokenSet>().toExtend<Readonly<TokenSet>>()
  expectTypeOf<TokenSet>().toExtend<StoredSession>()
})

it('every option takes undefined, so that a spread of unknown ones compiles', () => {
  type Values = { [Name in keyof AuthenticatedClientOptions]-?: undefined extends AuthenticatedClientOptions[Name] ? never : Name }
  expectTypeOf<Values[keyof Values]>().toEqualTypeOf<never>()
})

it('what is known of a response may lack its type, also where it is written as undefined', () => {
  type Known = NonNullable<DiagnoseInput['response']>
  expectTypeOf<{ status: number; headers: Headers; type: undefined }>().toExtend<Known>()
})

it('callbacks may be synchronous or not', () => {
  type GetTokens = NonNullable<AuthenticatedClientOptions['getTokens']>
  expectTypeOf<() => null>().toExtend<GetTokens>()
  expectTypeOf<() => Promise<TokenSet>>().toExtend<GetTokens>()
  expectTypeOf<() => string>().not.toExtend<GetTokens>()
})

it('an event is told by its type', () => {
  expectTypeOf<Extract<ClientEvent, { type: 'response' }>['status']>().toEqualTypeOf<number>()
  expectTypeOf<ClientEvent['at']>().toEqualTypeOf<number>()
})

it('isAuthError narrows, by the code as well', () => {
  const error: unknown = undefined
  if (isAuthError(error)) expectTypeOf(error).toExtend<AuthError>()
  if (isAuthError(error, 'ERR_REFRESH_UNAVAILABLE')) expectTypeOf(error.retryAt).toEqualTypeOf<number | undefined>()
  const code = 'ERR_TOKEN_ENDPOINT' as 'ERR_TOKEN_ENDPOINT' | 'ERR_STORAGE'
  if (isAuthError(error, code)) expectTypeOf(error).toEqualTypeOf<TokenEndpointError | StorageError>()
  // @ts-expect-error There is no such code.
  isAuthError(error, 'ERR_REFRESH_UNAVAILABEL')
})

it('a store may answer at once or later', () => {
  expectTypeOf<{ read(): null; write(): boolean }>().toExtend<TokenStore>()
  expectTypeOf<{ read(): Promise<null>; write(): Promise<boolean> }>().toExtend<TokenStore>()
})

it('challenges are a list that can be read without a check of each name', () => {
  expectTypeOf(parseChallenges).returns.toEqualTypeOf<Challenge[]>()
  expectTypeOf<Challenge['params']>().toEqualTypeOf<Readonly<Record<string, string>>>()
})

it('options are an object, and nothing else', () => {
  expectTypeOf(AuthenticatedClient).constructorParameters.toEqualTypeOf<[options: AuthenticatedClientOptions]>()
})

it('a FetchLike is what takes whatever fetch takes', () => {
  expectTypeOf<FetchLike>().toEqualTypeOf<(input: RequestInfo | URL, init?: RequestInit) => Promise<Response>>()
})

it('the platform’s own types fit, though no type of ours names them: those of Node do not', () => {
  type Key = Extract<PrivateKeyJwtOptions['key'], object>
  expectTypeOf<CryptoKey | JoseKey | JsonWebKey | JWK | { kty: string; d: string }>().toExtend<Key>()
  expectTypeOf<{ secret: string }>().not.toExtend<Key>()
  expectTypeOf<Storage>().toExtend<SyncStorage>()
  expectTypeOf<CryptoKeyPair>().toExtend<Parameters<DpopKeyStore['save']>[0]>()
  expectTypeOf<KeyStore>().toExtend<DpopKeyStore>()
  expectTypeOf<OutgoingRequest['body']>().toEqualTypeOf<BodyInit | null | undefined>()
})
