import { refreshTokenGrant } from '../grants/refresh-token'
import { systemClock } from '../platform/clock'
import { absolute, isSafe, originOf } from '../platform/origin'
import { pageUrl } from '../platform/page'
import type { AuthScheme } from '../schemes/auth-scheme'
import { bearer } from '../schemes/bearer'
import { callbackStore } from '../stores/callback-store'
import { memoryStore } from '../stores/memory'
import type { AuthenticatedClientOptions } from './options'

type Given = { readonly [Name in keyof AuthenticatedClientOptions]: NonNullable<AuthenticatedClientOptions[Name]> }

const longestWait = 10_000

/** The options with every default filled in. @throws {TypeError} for each mistake: the message names the option and the fix. */
export function resolveOptions(options: AuthenticatedClientOptions) {
  const given: Given = Object.fromEntries(Object.entries(options).filter(([name, value]) => isPresent(name, value)))
  const { tokenEndpoint, revocationEndpoint, baseUrl, allowedOrigins, getTokens, saveTokens, clearTokens, store } = given
  const { clientId: ownId = '', clientAuthentication, refreshTimeout = longestWait } = given

  must(!tokenEndpoint || !given.grant, 'grant and tokenEndpoint: give one')
  const grant = tokenEndpoint ? refreshTokenGrant({ tokenEndpoint, clientId: ownId, clientAuthentication }) : given.grant
  const clientId = ownId || grant?.clientId || ''
  must(clientId || !revocationEndpoint, 'revocationEndpoint needs clientId')
  must(tokenEndpoint || revocationEndpoint || !clientAuthentication, 'clientAuthentication: give it to the grant')
  must(
    getTokens ? !store && (saveTokens || !grant || grant.needs === 'nothing') : !saveTokens && !clearTokens,
    'give getTokens and saveTokens, or a store',
  )

  const originsIn = (option: keyof Given, values?: string | URL | readonly (string | URL)[]): readonly string[] =>
    [values || []].flat().map((value) => {
      const url = absolute(String(value))
      const origin = originOf(url)
      const isBare = url?.replace(/\/$/, '') === origin
      must(origin && (isBare || option !== 'allowedOrigins'), `${option} must be like https://api.example.com`)
      must(isSafe(origin) || given.allowInsecureOrigins, `${origin}: use https, or set allowInsecureOrigins`)
      return origin
    })
  const hasOwnOrigins = Boolean(baseUrl || allowedOrigins)
  const origins = [...originsIn('baseUrl', hasOwnOrigins ? baseUrl : pageUrl()), ...originsIn('allowedOrigins', allowedOrigins)]
  const issuers = originsIn('tokenEndpoint', grant?.tokenEndpoint)
  originsIn('revocationEndpoint', revocationEndpoint)
  if (!hasOwnOrigins) origins.push(...issuers)
  must(origins[0], 'no origin gets credentials: set baseUrl or allowedOrigins')

  const [first = bearer(), ...others] = [given.scheme ?? []].flat()
  const schemes: readonly [AuthScheme, ...AuthScheme[]] = [first, ...others]
  return {
    expiryLeeway: 30_000,
    refreshAhead: false as const,
    refreshBudget: { attempts: 5, interval: 30_000 },
    clock: systemClock,
    ...given,
    grant,
    clientId,
    clientAuthentication: clientAuthentication ?? grant?.clientAuthentication,
    schemes,
    origins,
    hasOwnOrigins,
    refreshTimeout,
    limit: refreshTimeout || longestWait,
    // As they were written, and as a platform spells them.
    endpoints: [grant?.tokenEndpoint, revocationEndpoint].flatMap((url) => (url ? [String(url), absolute(String(url)) ?? ''] : [])),
    base: (): string | undefined => (baseUrl ? String(baseUrl) : pageUrl()),
    store: getTokens
      ? callbackStore({
          // They may be methods of the app's own object.
          getTokens: getTokens.bind(options),
          saveTokens: saveTokens?.bind(options),
          clearTokens: clearTokens?.bind(options),
        })
      : (store ?? memoryStore()),
  }
}

/** What an option can't do without. */
const parts: Readonly<Record<string, readonly string[]>> = {
  scheme: ['attach'],
  store: ['read', 'write'],
  lock: ['hold'],
  clock: ['now', 'sleep', 'random'],
}

/** Whether an option counts. `null` is absent, and so is `undefined`. */
function isPresent(name: string, value: unknown): boolean {
  if (value === null || value === undefined) return false
  must(typeof value === 'function' || !/^(grant|fetch|is|on|clientA)|Tokens$/.test(name), `${name} must be a function`)
  must(value === false || (typeof value === 'number' && value >= 0) || !/^(expiry|refresh[AT])/.test(name), `${name} must be milliseconds`)
  must(value || !/Endpoint$/.test(name), `${name} must be a URL`)
  must(value !== 0 || name !== 'refreshTimeout', `${name} must be milliseconds or false`)
  const { attempts, interval } = Object(value)
  must(value === false || (attempts >= 0 && interval >= 0) || name !== 'refreshBudget', `${name} must be { attempts, interval } or false`)
  for (const part of parts[name] ?? []) {
    for (const whole of [value].flat()) must(Object(whole)[part], `${name} must have ${part}()`)
  }
  return true
}

function must(isRight: unknown, otherwise: string): asserts isRight {
  if (!isRight) throw new TypeError(otherwise)
}
