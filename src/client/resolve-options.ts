import type { Grant } from '../grants/grant'
import { refreshTokenGrant } from '../grants/refresh-token'
import { systemClock } from '../platform/clock'
import { absolute, isLoopback, originOf } from '../platform/origin'
import { pageUrl } from '../platform/page'
import type { AuthScheme } from '../schemes/auth-scheme'
import { bearer } from '../schemes/bearer'
import { callbackStore } from '../stores/callback-store'
import { memoryStore } from '../stores/memory'
import type { TokenStore } from '../stores/token-store'
import type { AuthenticatedClientOptions } from './options'

const longestWait = 10_000

type Given = { readonly [Name in keyof AuthenticatedClientOptions]: Exclude<AuthenticatedClientOptions[Name], null> }

/** The options with every default filled in. @throws {TypeError} for each mistake: the message names the option and the fix. */
export function resolveOptions(options: AuthenticatedClientOptions) {
  const given: Given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== null))
  checkTypes(given)
  const grant = grantOf(given)
  const {
    baseUrl,
    allowedOrigins,
    scheme,
    refreshTimeout = longestWait,
    expiryLeeway = 30_000,
    refreshAhead = false,
    clock = systemClock,
  } = given
  const { refreshBudget = { attempts: 5, interval: 30_000 } } = given
  const clientId = given.clientId ?? grant?.clientId
  const revocationEndpoint = given.revocationEndpoint && String(given.revocationEndpoint)
  if (revocationEndpoint && !clientId) throw new TypeError('revocationEndpoint needs clientId')
  const endpoints = [grant?.tokenEndpoint, revocationEndpoint].flatMap((url) => url ?? [])
  const named = [
    ...(baseUrl ? [originIn('baseUrl', baseUrl)] : []),
    ...(allowedOrigins ?? []).map((origin) => originIn('allowedOrigins', origin, true)),
  ]
  const page = pageUrl()
  const hasOwnOrigins = Boolean(baseUrl ?? allowedOrigins)
  const origins = hasOwnOrigins ? named : [page, endpoints[0]].flatMap((url) => (url ? originIn('tokenEndpoint', url) : []))
  if (!origins[0]) throw new TypeError('No origin gets credentials: set baseUrl or allowedOrigins')
  for (const origin of [...origins, ...endpoints.map((url) => originIn('tokenEndpoint', url))]) {
    if (/^http:/.test(origin) && !isLoopback(origin) && !given.allowInsecureOrigins) {
      throw new TypeError(`${origin} is not safe for credentials: use https, or set allowInsecureOrigins`)
    }
  }
  const [first = bearer(), ...others] = scheme ? [scheme].flat() : []
  const schemes: readonly [AuthScheme, ...AuthScheme[]] = [first, ...others]
  const base = (): string | undefined => (baseUrl ? String(baseUrl) : pageUrl())
  const limit = refreshTimeout || longestWait
  const store = storeOf(given, grant)
  return {
    ...given,
    grant,
    clientId,
    revocationEndpoint,
    endpoints,
    origins,
    hasOwnOrigins,
    base,
    schemes,
    store,
    refreshTimeout,
    limit,
    expiryLeeway,
    refreshAhead,
    refreshBudget,
    clock,
  }
}

function checkTypes(given: Given): void {
  for (const [name, value] of Object.entries(given)) {
    if (/^(grant|fetch|is|on[A-Z]|(get|save|clear)T|clientA)/.test(name) && typeof value !== 'function')
      throw new TypeError(`${name} must be a function`)
    if (/^(expiryL|refresh[AT])/.test(name) && value !== false && !(Number(value) >= 0)) throw new TypeError(`${name} must be milliseconds`)
  }
  const { attempts, interval } = given.refreshBudget || { attempts: 1, interval: 1 }
  if (!(attempts >= 0 && interval >= 0)) throw new TypeError('refreshBudget must be { attempts, interval } or false')
}

function grantOf({ grant, tokenEndpoint, clientId, clientAuthentication }: Given): Grant | undefined {
  if (!tokenEndpoint) return grant
  if (grant) throw new TypeError('grant and tokenEndpoint: give one')
  if (!clientId) throw new TypeError('tokenEndpoint needs clientId')
  return refreshTokenGrant({ tokenEndpoint, clientId, clientAuthentication })
}

function storeOf({ store, getTokens, saveTokens, clearTokens }: Given, grant: Grant | undefined): TokenStore {
  if (!getTokens) {
    if (saveTokens || clearTokens) throw new TypeError('saveTokens and clearTokens need getTokens')
    return store ?? memoryStore()
  }
  if (store) throw new TypeError('store and getTokens: give one')
  if (!saveTokens && grant && grant.needs !== 'nothing') throw new TypeError('getTokens needs saveTokens: a refresh brings new tokens')
  return callbackStore({ getTokens, saveTokens, clearTokens })
}

function originIn(option: string, value: string | URL, isBare = false): string {
  const url = absolute(String(value))
  const origin = originOf(url)
  if (!origin || (isBare && url !== origin && url !== `${origin}/`))
    throw new TypeError(`${option} needs ${isBare ? 'origins' : 'a URL'} like https://api.example.com`)
  return origin
}
