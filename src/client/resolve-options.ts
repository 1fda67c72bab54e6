import type { Grant } from '../grants/grant'
import { refreshTokenGrant } from '../grants/refresh-token'
import { absolute, isLoopback, originOf } from '../pipeline/allowed-origins'
import { systemClock } from '../platform/clock'
import { pageUrl } from '../platform/page'
import type { AuthScheme } from '../schemes/auth-scheme'
import { bearer } from '../schemes/bearer'
import { callbackStore } from '../stores/callback-store'
import { memoryStore } from '../stores/memory'
import type { TokenStore } from '../stores/token-store'
import type { AuthenticatedClientOptions } from './options'

const longestWait = 10_000

type Given = { readonly [Name in keyof AuthenticatedClientOptions]: Exclude<AuthenticatedClientOptions[Name], null> }

/** The options with every default filled in; each mistake is a `TypeError` that names the option and the fix. */
export function resolveOptions(options: AuthenticatedClientOptions) {
  const given: Given = Object.fromEntries(Object.entries(options ?? {}).filter(([, value]) => value !== null))
  checkTypes(given)
  const grant = grantOf(given)
  const revocationEndpoint = given.revocationEndpoint === undefined ? undefined : String(given.revocationEndpoint)
  const clientId = given.clientId ?? grant?.clientId
  if (revocationEndpoint && !clientId) throw new TypeError('revocationEndpoint needs clientId: the server asks who revokes')
  const endpoints = [grant?.tokenEndpoint, revocationEndpoint].filter((url) => url !== undefined)
  const limit = given.refreshTimeout || longestWait
  return {
    ...given,
    grant,
    clientId,
    revocationEndpoint,
    endpoints,
    limit,
    store: storeOf(given, grant),
    hasOwnOrigins: Boolean(given.baseUrl ?? given.allowedOrigins),
    origins: originsOf(given, endpoints),
    base: () => (given.baseUrl === undefined ? pageUrl() : String(given.baseUrl)),
    schemes: schemesOf(given),
    expiryLeeway: given.expiryLeeway ?? 30_000,
    refreshAhead: given.refreshAhead ?? false,
    refreshTimeout: given.refreshTimeout ?? longestWait,
    refreshBudget: given.refreshBudget ?? { attempts: 5, interval: 30_000 },
    clock: given.clock ?? systemClock,
  } as const
}

const functions = [
  'grant',
  'clientAuthentication',
  'getTokens',
  'saveTokens',
  'clearTokens',
  'onLogout',
  'onStepUp',
  'onEvent',
  'isUnauthorized',
  'fetch',
] as const
const durations = ['expiryLeeway', 'refreshAhead', 'refreshTimeout'] as const

function checkTypes(given: Given): void {
  for (const name of functions)
    if (given[name] !== undefined && typeof given[name] !== 'function') throw new TypeError(`${name} must be a function`)
  for (const name of durations) {
    const value = given[name]
    const allowsFalse = name !== 'expiryLeeway'
    if (value === undefined || (allowsFalse && value === false) || isDuration(value, name === 'refreshTimeout' ? 1 : 0)) continue
    throw new TypeError(`${name} must be a number of milliseconds${allowsFalse ? ', or false' : ''}`)
  }
  const budget = given.refreshBudget
  if (budget && !(isDuration(budget.attempts, 0) && isDuration(budget.interval, 0))) {
    throw new TypeError('refreshBudget must be { attempts, interval }, with the interval in milliseconds, or false')
  }
}

function isDuration(value: unknown, least: number): boolean {
  return typeof value === 'number' && value >= least && Number.isFinite(value)
}

function grantOf(given: Given): Grant | undefined {
  const { grant, tokenEndpoint, clientId, clientAuthentication } = given
  if (tokenEndpoint === undefined) return grant
  if (grant) throw new TypeError('grant and tokenEndpoint are two ways to get tokens: give one')
  if (!clientId) throw new TypeError('tokenEndpoint needs clientId: the name this app is registered under')
  return refreshTokenGrant({ tokenEndpoint, clientId, clientAuthentication })
}

function storeOf(given: Given, grant: Grant | undefined): TokenStore {
  const { store, getTokens, saveTokens, clearTokens } = given
  const callback = getTokens ?? saveTokens ?? clearTokens
  if (store) {
    if (callback) throw new TypeError('store and getTokens/saveTokens/clearTokens are two places for tokens: give one')
    if (typeof store.read !== 'function' || typeof store.write !== 'function')
      throw new TypeError('store must have read and write: see memoryStore()')
    return store
  }
  if (!callback) return memoryStore()
  if (!getTokens) throw new TypeError('saveTokens and clearTokens need getTokens: what was saved must be found again')
  if (!saveTokens && grant && grant.needs !== 'nothing') {
    throw new TypeError('getTokens needs saveTokens: a refresh gives new tokens, and the old refresh token may be used up')
  }
  return callbackStore({ getTokens, saveTokens, clearTokens })
}

function originsOf(given: Given, endpoints: readonly string[]): readonly string[] {
  const own = given.baseUrl === undefined ? given.allowedOrigins : [given.baseUrl, ...(given.allowedOrigins ?? [])]
  const page = pageUrl()
  const origins = own
    ? own.map((url, index) => checkedOrigin(url, index === 0 && given.baseUrl !== undefined))
    : endpoints.slice(0, 1).map((url) => checkedOrigin(url, true))
  const all = own || !page ? origins : [checkedOrigin(page, true), ...origins]
  if (all.length === 0) throw new TypeError('No origin gets credentials: set baseUrl or allowedOrigins')
  for (const origin of [...all, ...endpoints.map((url) => checkedOrigin(url, true))]) {
    if (origin.startsWith('http:') && !isLoopback(origin) && !given.allowInsecureOrigins) {
      throw new TypeError(`${origin} would get credentials in the clear: use https, or set allowInsecureOrigins`)
    }
  }
  return all
}

function checkedOrigin(value: string | URL, mayHavePath: boolean): string {
  const url = absolute(String(value))
  const origin = url && originOf(url)
  if (!url || !origin) throw new TypeError(`baseUrl, allowedOrigins and endpoints must be absolute http(s) URLs without credentials`)
  if (!mayHavePath && url.replace(/\/$/, '').toLowerCase() !== origin)
    throw new TypeError(`allowedOrigins takes origins: ${origin} has no path, query or fragment`)
  return origin
}

function schemesOf({ scheme }: Given): readonly [AuthScheme, ...AuthScheme[]] {
  const [first, ...others] = scheme === undefined ? [bearer()] : 'attach' in scheme ? [scheme] : scheme
  if (!first) throw new TypeError('scheme must be an AuthScheme such as bearer(), or several')
  return [first, ...others]
}
