import { isScheme } from '../challenge/challenge'
import type { Facts } from './facts'
import { inBetween } from './in-between'
import { type Rule, when } from './rule'
import { saysEither, saysNoneCame, saysNotGood } from './said-of-credentials'

/** What stands, or fails, between client and server: caches, proxies, browsers, the network. */
export const wayRules: readonly Rule[] = [
  {
    cause: 'cached-refusal',
    party: 'network',
    summary: 'The 401 comes from a cache: the API never saw this request.',
    fixes: [
      'On the server: send `Cache-Control: no-store` with every 401.',
      'Until then: send the request with `cache: "no-store"`, and clear the CDN.',
    ],
    find: ({ status, answered, harmless }) => {
      const age = Number(answered('age'))
      const hit = /\bhit\b/i.test(`${answered('x-cache')} ${answered('cf-cache-status')} ${answered('cache-status')}`)
      const evidence = [
        ...(age > 0 ? [`Its Age is ${age} second${age === 1 ? '' : 's'}.`] : []),
        ...(hit ? ['The cache reports a hit.'] : []),
      ]
      const kept = /public|max-age=[1-9]|s-maxage=[1-9]/i.test(answered('cache-control'))
      return (
        when(status === 401 && evidence.length, 95, evidence) ??
        when(status === 401 && kept, 52, `Cache-Control lets caches keep it: ${harmless(answered('cache-control'))}.`)
      )
    },
  },
  {
    cause: 'proxy-authentication',
    party: 'network',
    summary: 'A proxy on the way, not the API, wants credentials.',
    fixes: ['Sign in to the proxy (`Proxy-Authorization`, or user and password in the proxy’s URL).', 'A new token does not help.'],
    find: ({ status, answered }) =>
      when(status === 407, 97, 'Status 407 comes from a proxy.') ??
      when(status === 401 && answered('proxy-authenticate'), 82, 'The 401 has a Proxy-Authenticate header.'),
  },
  {
    cause: 'authorization-stripped',
    party: 'network',
    summary: 'Something between client and API removes the Authorization header, or answers in place of the API.',
    fixes: [
      'Let the proxy or CDN pass the Authorization header on (Apache: `CGIPassAuth On`; nginx: `proxy_set_header`).',
      'Call the API directly, past the proxy, and compare.',
      'Call the final URL: on a redirect to another origin, fetch drops the Authorization header.',
    ],
    find: (facts) => {
      const { status, authorization, challenges, html, words, quote, redirectedTo, harmless } = facts
      if ((status !== 401 && status !== 403) || authorization === undefined) return undefined
      if (redirectedTo) return when(true, 88, [`The answer comes from ${harmless(redirectedTo)}: a redirect led there.`, quote], dropped)
      const way = inBetween(facts)
      const evidence = way.length ? [`The answer passed a proxy, a cache or a firewall: it has ${way.join(', ')}.`] : []
      const asIfNone = answersAsIfNoneCame(facts)
      const page = html && status === 401 && !hasSeenThem(facts)
      const instead = /missing authentication token/.test(words) ? { fixes: [compareRoute] } : undefined
      if (asIfNone) evidence.push('A token was sent, but the server answers as if none had come.', quote)
      if (page) evidence.push('The body is HTML, which an API rarely sends itself.')
      return (
        when(asIfNone && way.length, namesStatusOnly(facts) ? 58 : 78, evidence, instead) ??
        when(page && way.length, 70, evidence) ??
        when(asIfNone, 58, evidence, instead) ??
        when(page && !challenges.length, 48, evidence)
      )
    },
  },
  {
    cause: 'hidden-by-cors',
    party: 'resource server',
    summary: 'The server probably sent a challenge, but CORS hides it from the script.',
    fixes: ['Let the API send `Access-Control-Expose-Headers: WWW-Authenticate` (and `DPoP-Nonce`, `Retry-After`).'],
    find: ({ status, challenges, answered, hasResponse, isCors, sent }) => {
      if (!hasResponse || status !== 401) return undefined
      // In a browser, what can be read was exposed. Who can read these fields is in none: no CORS has hidden anything.
      if (isCors) return when(!challenges.length, 68, 'The answer comes from another origin and shows no WWW-Authenticate.')
      const exposed = answered('access-control-expose-headers')
      const crossOrigin = answered('access-control-allow-origin') || exposed || sent('origin')
      const hides = challenges.length && crossOrigin && !/www-authenticate|^\s*\*/i.test(exposed)
      return when(hides, 38, 'A browser would hide this challenge from scripts: the server does not expose it.', inBrowsers)
    },
  },
  {
    cause: 'preflight-refused',
    party: 'resource server',
    summary: 'The server refused the preflight: the browser never sent the real request.',
    fixes: [
      'On the server: answer OPTIONS without credentials: browsers send none.',
      'On the server: name `authorization` in `Access-Control-Allow-Headers`.',
    ],
    find: ({ method, status, sent, event, authorization }) => {
      // A browser's own carries no credentials.
      const preflight = method === 'OPTIONS' && (status === 401 || status === 403) && authorization === undefined
      return (
        when(preflight && sent('access-control-request-method'), 96, `A preflight was answered with ${status}.`) ??
        when(preflight, 70, `An OPTIONS request was answered with ${status}.`) ??
        when(
          event?.type === 'request-failed' && event.error === 'TypeError',
          50,
          'No status came: in a browser, a refused preflight looks like that.',
        )
      )
    },
  },
  {
    cause: 'network-failure',
    party: 'network',
    summary: 'No answer came.',
    fixes: ['Check that the server can be reached, its name resolves and its certificate is valid.'],
    find: ({ event, harmless }) => {
      const name = typeof event?.error === 'string' ? event.error : 'an error'
      const failed = event?.type === 'request-failed'
      if (failed && name === 'AbortError') return when(true, 92, 'The request failed: AbortError.', aborted)
      const said = `The request failed: ${harmless(name)}.`
      return when(failed && name === 'TypeError', 60, said, saysNoMore) ?? when(failed, 92, said)
    },
  },
]

/** Whether the answer to a request with credentials is the one to a request without. */
function answersAsIfNoneCame(facts: Facts): boolean {
  if (saysEither(facts)) return false
  if (/missing authorization header/.test(facts.words)) return true // The SDK of MCP says invalid_token with it.
  if (facts.error === 'invalid_request' && saysNoneCame(facts)) return true // As Hono and Apache have it.
  if (facts.error === 'invalid_token') return false
  return (asksForAnyToken(facts) && !saysNotGood(facts)) || (saysNoneCame(facts) && !hasSeenThem(facts))
}

/** Whether a token is asked for and no error named. Only Bearer and DPoP name one where a token came (RFC 6750 §3.1, RFC 9449 §7.1). */
function asksForAnyToken(facts: Facts): boolean {
  const { challenges, scheme } = facts
  const namesNoError = !challenges.some(({ params }) => params.error)
  return namesNoError && challenges.some(({ scheme }) => tokenScheme.test(scheme)) && (tokenScheme.test(scheme) || !hasSeenThem(facts))
}

/** Whether the server has seen the credentials: it names an error, or asks again for the scheme that was sent. */
function hasSeenThem({ challenges, scheme }: Facts): boolean {
  return challenges.some((challenge) => challenge.params.error || isScheme(challenge, scheme))
}

/** What Laravel says of a bad token, too. */
function namesStatusOnly({ words, challenges }: Facts): boolean {
  return !challenges.length && /^\W*(unauthenticated|unauthorized)\W*$/.test(words)
}

/** All that a browser tells a script. */
const saysNoMore = {
  fixes: [
    'In a browser: look in the console for a CORS error.',
    'Check that the server can be reached, its name resolves and its certificate is valid.',
  ],
}

const inBrowsers = { summary: 'In a browser, CORS would hide the challenge from the script.' }

const aborted = {
  party: 'client',
  summary: 'The caller aborted the request before an answer came.',
  fixes: ['Find out what aborts its `signal`.'],
} as const

const dropped = {
  party: 'client',
  summary: 'On a redirect to another origin, fetch drops the Authorization header.',
  fixes: ['Call the final URL. If its origin is yours, add it to `allowedOrigins`.'],
} as const

const tokenScheme = /^(bearer|dpop)$/i

const compareRoute = 'Compare method and path with the API’s documentation: API Gateway says this of a route that it does not know.'
