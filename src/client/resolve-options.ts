import { refreshTokenGrant } from '../grants/refresh-token'
import { systemClock } from '../platform/clock'
import { absolute, isSafe, originOf } from '../platform/origin'
import { pageBase, pageUrl } from '../platform/page'
import type { AuthScheme } from '../schemes/auth-scheme'
import { bearer } from '../schemes/bearer'
import { callbackStore } from '../stores/callback-store'
import { memoryStore } from '../stores/memory'
import type { SharedOptions } from './for-resource'
import { Inherited } from './inherited'

type Given = { readonly [Name in keyof SharedOptions]: NonNullable<SharedOptions[Name]> | undefined }

/** The options, as every part of a client reads them. */
export type ResolvedOptions = ReturnType<typeof resolveOptions>

/** The options with every default filled in. @throws {TypeError} for each mistake: the message names the option and the fix. */
export function resolveOptions(options: SharedOptions) {
  const given = givenIn(Object(options))
  const { tokenEndpoint, revocationEndpoint, baseUrl, allowedOrigins, getTokens, saveTokens, clearTokens, store } = given
  const { nextCall, root, moved, longestWait, endpoints, platform }: Partial<Inherited['parts']> =
    given.inherited instanceof Inherited ? given.inherited.parts : Object.create(null)
  const { clientId: ownId = '', clientAuthentication, refreshTimeout = 10_000 } = given
  const { expiryLeeway = 30_000, refreshAhead = false, refreshBudget = { attempts: 5, interval: 30_000 }, clock = systemClock } = given

  must(!tokenEndpoint || !given.grant, 'grant and tokenEndpoint: give one')
  const grant = tokenEndpoint ? refreshTokenGrant({ tokenEndpoint, clientId: ownId, clientAuthentication }) : given.grant
  const clientId = ownId || grant?.clientId || ''
  must(clientId || !revocationEndpoint, 'revocationEndpoint needs clientId')
  must(tokenEndpoint || revocationEndpoint || !clientAuthentication, 'clientAuthentication: give it to the grant')
  // Only a grant that may rotate a refresh token needs `saveTokens`.
  must(
    getTokens ? !store && (saveTokens || !grant || grant.needs === 'nothing') : !saveTokens && !clearTokens,
    'give getTokens and saveTokens, or a store',
  )

  const originsIn = (option: keyof Given | 'this page', values?: string | URL | readonly (string | URL)[]): readonly string[] =>
    [values || []].flat().map((value) => {
      const url = absolute(String(value))
      const origin = originOf(url)
      const isBare = url?.replace(/\/$/, '') === origin
      must(origin && (isBare || option !== 'allowedOrigins'), `${option} must be like https://api.example.com`)
      must(isSafe(origin) || given.allowInsecureOrigins, `${option}: ${origin} needs https, or allowInsecureOrigins`)
      return origin
    })
  const baseText = baseUrl ? String(baseUrl) : undefined // Once: a URL object may change.
  const hasOwnOrigins = Boolean(baseUrl || allowedOrigins)
  const page = hasOwnOrigins ? [] : originsIn('this page', pageUrl())
  const allowed = originsIn('allowedOrigins', allowedOrigins) // First: `forResource` makes `baseUrl` of the first of them.
  const origins = [...page, ...originsIn('baseUrl', baseUrl), ...allowed]
  const issuers = originsIn(tokenEndpoint ? 'tokenEndpoint' : 'grant', grant?.tokenEndpoint)
  originsIn('revocationEndpoint', revocationEndpoint)
  if (!hasOwnOrigins) origins.push(...issuers)
  must(origins[0], 'no origin gets credentials: set baseUrl or allowedOrigins')

  const [first = bearer(), ...others] = [given.scheme ?? []].flat()
  const schemes: readonly [AuthScheme, ...AuthScheme[]] = [first, ...others]
  return {
    ...given,
    nextCall,
    root,
    moved,
    platform,
    expiryLeeway,
    refreshAhead,
    refreshBudget,
    clock,
    grant,
    clientId,
    clientAuthentication: clientAuthentication ?? grant?.clientAuthentication,
    schemes,
    origins,
    hasOwnOrigins,
    refreshTimeout,
    limit: longestWait ?? (refreshTimeout || 10_000),
    // Each as it was written, and in its normal spelling.
    endpoints:
      endpoints ?? [grant?.tokenEndpoint, revocationEndpoint].flatMap((url) => (url ? [String(url), absolute(String(url)) ?? ''] : [])),
    baseUrl: baseText,
    allowedOrigins: allowedOrigins && allowed,
    revocationEndpoint: revocationEndpoint && String(revocationEndpoint),
    base: (): string | undefined => baseText ?? pageBase(),
    store: getTokens ? callbackStore({ getTokens, saveTokens, clearTokens }) : (store ?? memoryStore()),
  }
}

/** Every option there is, and the methods that its value must have. */
const methodsOf: { readonly [Name in keyof Required<SharedOptions>]: readonly string[] } = {
  tokenEndpoint: [],
  clientId: [],
  clientAuthentication: [],
  revocationEndpoint: [],
  grant: [],
  getTokens: [],
  saveTokens: [],
  clearTokens: [],
  store: ['read', 'write'],
  lock: ['hold'],
  baseUrl: [],
  allowedOrigins: [],
  allowInsecureOrigins: [],
  scheme: ['attach'],
  expiryLeeway: [],
  refreshAhead: [],
  refreshTimeout: [],
  refreshBudget: [],
  onLogout: [],
  onStepUp: [],
  onEvent: [],
  isUnauthorized: [],
  fetch: [],
  clock: ['now', 'sleep', 'random'],
  inherited: [],
}

/** Reads every option. `options` may be an instance of a class, with callbacks that are its methods: they are bound to it. */
function givenIn(options: SharedOptions): Given {
  const polluted: SharedOptions = Object.prototype // What that has, nobody gave (A56).
  const given: Record<string, unknown> = {}
  // A name in the wrong case, such as `onLogOut`, would be ignored in silence.
  for (const name of Object.keys(options)) {
    const meant = Object.keys(methodsOf).find((known) => known.toLowerCase() === name.toLowerCase())
    must(!meant || name === meant, `${name} is no option: ${meant} is`)
  }
  for (const name of Object.keys(methodsOf) as (keyof SharedOptions)[]) {
    const value = options[name] === polluted[name] ? undefined : options[name]
    const isGiven = value !== null && value !== undefined
    if (isGiven) check(name, value)
    const isMethod = isGiven && /^(is|on)|Tokens$/.test(name) // Not `fetch`: a browser's must not be bound to anything else.
    const method = value as NonNullable<SharedOptions['onEvent']>
    const inspect = typeof method?.inspect === 'function' ? method.inspect : undefined
    given[name] = isMethod ? Object.assign(method.bind(options), { inspect }) : (value ?? undefined)
  }
  return given
}

/** @throws {TypeError} for a value that the option can't have. */
function check(name: keyof SharedOptions, value: unknown): void {
  must(typeof value === 'function' || !/^(grant|fetch|is|on|clientA)|Tokens$/.test(name), `${name} must be a function`)
  const isOff = value === false && name !== 'expiryLeeway'
  must(isOff || (typeof value === 'number' && value >= 0) || !/^(expiry|refresh[AT])/.test(name), `${name} must be milliseconds`)
  must(value || !/Endpoint$/.test(name), `${name} must be a URL`)
  must(typeof value === 'string' || name !== 'clientId', `${name} must be a string`)
  must(typeof value === 'boolean' || !/^allowI/.test(name), `${name} must be true or false`) // Not 'false', as from the environment.
  must(value !== 0 || name !== 'refreshTimeout', `${name} must be milliseconds or false`)
  const { attempts, interval } = Object(value)
  must(value === false || (attempts >= 0 && interval >= 0) || name !== 'refreshBudget', `${name} must be { attempts, interval } or false`)
  for (const method of methodsOf[name]) {
    for (const each of name === 'scheme' ? [value].flat() : [value]) must(Object(each)[method], `${name} must have ${method}()`)
  }
}

function must(isRight: unknown, otherwise: string): asserts isRight {
  if (!isRight) throw new TypeError(otherwise)
}
