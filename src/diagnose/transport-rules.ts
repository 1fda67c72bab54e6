import { type Facts, textAt } from './facts'
import { harmless } from './harmless'
import { type Rule, when } from './rule'

/** What happens on the way, and answers that do not say what they mean. */
export const transportRules: readonly Rule[] = [
  {
    cause: 'cached-refusal',
    party: 'network',
    summary: 'The 401 comes from a cache: the server never saw this request.',
    fixes: ['Let the API send `Cache-Control: no-store` with every 401.', 'Send the request with `cache: "no-store"`, and clear the CDN.'],
    find: ({ status, answered }) => {
      const age = Number(answered('age'))
      const hit = /\bhit\b/i.test(`${answered('x-cache')} ${answered('cf-cache-status')} ${answered('cache-status')}`)
      const evidence = [...(age > 0 ? [`Age: ${age} seconds.`] : []), ...(hit ? ['The cache reports a hit.'] : [])]
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
    summary: 'A proxy on the way wants credentials, not the API.',
    fixes: [
      'Sign in at the proxy (`Proxy-Authorization`, or the user and password of the proxy’s URL).',
      'A new access token does not help.',
    ],
    find: ({ status, answered }) =>
      when(status === 407, 97, 'Status 407 is about the proxy.') ??
      when(status === 401 && answered('proxy-authenticate'), 82, 'A Proxy-Authenticate field came with a 401.'),
  },
  {
    cause: 'authorization-stripped',
    party: 'network',
    summary: 'Something between client and API takes the Authorization header away, or answers in its place.',
    fixes: [
      'Let the proxy or CDN pass Authorization on (Apache: `CGIPassAuth On`; CloudFront: the origin request policy; nginx: `proxy_set_header`).',
      'Ask the API directly, past the proxy, and compare.',
      'Look for a redirect to another host: clients drop the header there.',
    ],
    find: ({ status, authorization, answered, challenges, html, error, words }) => {
      if (status !== 401 && status !== 403) return undefined
      const way = ['via', 'cf-ray', 'x-amz-cf-id', 'x-served-by', 'x-varnish', 'x-cache'].filter(answered)
      if (/cloudflare|cloudfront|nginx|apache|envoy|varnish|akamai/i.test(answered('server'))) way.push('server')
      const evidence = way.length ? [`The answer has ${way.join(', ')}: something stands in between.`] : []
      const bare = challenges.length > 0 && !challenges.some(({ params }) => params.error)
      const says =
        /no (authorization|token|credentials)|(authorization|token|header|credentials).{0,20}(missing|required|not (found|provided|present))|missing.{0,20}(token|authorization|credentials)|unauthenticated/
      const asIfNone = (bare || says.test(words)) && error !== 'invalid_token'
      if (authorization === undefined) return undefined
      if (asIfNone) evidence.push('A token was sent, and the server answers as if none had come.')
      if (html) evidence.push('The body is HTML: an API’s own refusal rarely is.')
      return (
        when(asIfNone && way.length, 78, evidence) ??
        when(html && way.length, 70, evidence) ??
        when(asIfNone, 58, evidence) ??
        when(html && !challenges.length, 48, evidence)
      )
    },
  },
  {
    cause: 'hidden-by-cors',
    party: 'resource server',
    summary: 'The challenge is there, most likely, and CORS hides it from the script.',
    fixes: ['Let the API send `Access-Control-Expose-Headers: WWW-Authenticate` (and `DPoP-Nonce`, `Retry-After`) with every answer.'],
    find: ({ status, challenges, answered, hasResponse, sent }) => {
      const exposed = answered('access-control-expose-headers')
      const crossOrigin = answered('access-control-allow-origin') || exposed || sent('origin')
      const hidden = crossOrigin && !/www-authenticate|^\s*\*/i.test(exposed)
      if (!hasResponse || status !== 401 || !hidden) return undefined
      return (
        when(!challenges.length, 68, [
          'The answer comes across origins and shows no WWW-Authenticate.',
          `Exposed: ${harmless(exposed) || 'nothing'}.`,
        ]) ?? when(true, 38, 'A browser would hide this challenge from scripts: it is not exposed.')
      )
    },
  },
  {
    cause: 'preflight-refused',
    party: 'resource server',
    summary: 'The preflight was refused: the real request was never sent.',
    fixes: [
      'Answer OPTIONS without asking for credentials: browsers send none with it.',
      'Name `authorization` in `Access-Control-Allow-Headers`.',
    ],
    find: ({ method, status, sent, event }) => {
      const preflight = method === 'OPTIONS' && (status === 401 || status === 403)
      return (
        when(preflight && sent('access-control-request-method'), 96, `A preflight was answered with ${status}.`) ??
        when(preflight, 70, `An OPTIONS request was answered with ${status}.`) ??
        when(
          event?.type === 'request-failed' && event.error === 'TypeError',
          50,
          'The request failed without a status: in a browser, a refused preflight looks like that.',
        )
      )
    },
  },
  {
    cause: 'network-failure',
    party: 'network',
    summary: 'No answer came.',
    fixes: [
      'See whether the server can be reached, its name resolves and its certificate holds.',
      'In a browser: look in the console for a CORS error.',
    ],
    find: ({ event }) => {
      const name = typeof event?.error === 'string' ? event.error : 'an error'
      return when(event?.type === 'request-failed', name === 'TypeError' ? 60 : 92, `The request failed with ${harmless(name)}.`)
    },
  },
  {
    cause: 'forbidden-instead-of-unauthorized',
    party: 'resource server',
    summary: 'The server says 403 where it means 401: the credentials are missing or refused.',
    fixes: [
      'Answer 401 with a challenge when credentials are missing or invalid; 403 only when good ones do not suffice (RFC 9110 §15.5.4).',
      'In the client, claim it with `isUnauthorized`.',
    ],
    find: ({ status, error, words, hasRequest, authorization, sent, quote }) => {
      if (status !== 403) return undefined
      const says = /expired|invalid token|not signed in|unauthenticated|jwt|no token|missing token/.test(words)
      return (
        when(error === 'invalid_token', 92, 'A 403 says invalid_token; RFC 6750 §3.1 says 401.') ??
        when(says, 76, quote ?? '') ??
        when(hasRequest && authorization === undefined && !sent('cookie'), 48, 'No credentials were sent, and the answer is 403.')
      )
    },
  },
  {
    cause: 'unauthorized-instead-of-forbidden',
    party: 'resource server',
    summary: 'The server says 401 where it means 403: the credentials are good, and do not suffice.',
    fixes: ['Answer 403 when a refresh or a new sign-in would not help (RFC 9110 §15.5.4).'],
    find: ({ status, words, error, quote }) =>
      when(
        status === 401 &&
          !/^insufficient_/.test(error) &&
          /forbidden|access denied|not allowed|permission|not authori[sz]ed to|role\b/.test(words),
        70,
        quote ?? '',
      ),
  },
  {
    cause: 'login-page',
    party: 'resource server',
    summary: 'The server answers with a sign-in page for people, not with a refusal for programs.',
    fixes: [
      'Let the API answer 401 to requests that accept JSON.',
      'Send `Accept: application/json`; claim the page with `isUnauthorized`.',
    ],
    find: ({ status = 0, answered, html }) => {
      const where = answered('location')
      const signIn = /log-?in|sign-?in|auth|sso/i.test(where)
      return (
        when([301, 302, 303, 307, 308].includes(status) && signIn, 80, `It redirects (${status}) to a sign-in page.`) ??
        when(status === 200 && html, 50, 'The status is 200 and the body HTML.') ??
        when(status === 401 && html, 44, 'The status is 401 and the body HTML.')
      )
    },
  },
  {
    cause: 'graphql-in-band',
    party: 'resource server',
    summary: 'GraphQL refuses inside a 200: the HTTP status says nothing.',
    fixes: ['Use `graphqlUnauthenticated` as `isUnauthorized`, so that the client refreshes.'],
    find: ({ status, json }) => {
      const errors = Array.isArray(json?.errors) ? (json.errors as unknown[]) : []
      const codes = errors.map((error) =>
        String((Object((Object(error) as { extensions?: unknown }).extensions) as { code?: unknown }).code),
      )
      const code = codes.find((name) => /UNAUTHENTICATED|UNAUTHORIZED|FORBIDDEN|invalid-jwt|AUTH_NOT/i.test(name))
      return when(status === 200 && code, 94, `errors[].extensions.code is ${harmless(code ?? '')}.`)
    },
  },
  {
    cause: 'unusual-status',
    party: 'resource server',
    summary: 'The status is not 401, and the words are about credentials.',
    fixes: ['Answer 401 with a challenge.', 'In the client, claim it with `isUnauthorized`.'],
    find: ({ status = 0, words, quote }) => {
      const says = /token|jwt|expired|unauthori[sz]ed|unauthenticated|credential/.test(words)
      return when([400, 404, 419, 440, 498, 500].includes(status) && says, 57, [`The status is ${status}.`, quote ?? ''])
    },
  },
  {
    cause: 'problem-body',
    party: 'resource server',
    summary: 'The reason stands in the body only, where clients do not look.',
    fixes: ['Say it in `WWW-Authenticate` too: `Bearer error="invalid_token"`.', 'In the client, claim it with `isUnauthorized`.'],
    find: (facts) => {
      const { status, json, challenges, quote } = facts
      const kind = /problem\+json/i.test(facts.answered('content-type')) ? 'a problem document (RFC 9457)' : 'JSON'
      const uri = textAt(json, 'error_uri') ?? textAt(json, 'type')
      const evidence = [`The body is ${kind}, and no challenge says the same.`, ...(quote ? [quote] : []), ...link(uri)]
      return when(status === 401 && json && !challenges.some(({ params }) => params.error), 46, evidence)
    },
  },
  {
    cause: 'challenge-missing',
    party: 'resource server',
    summary: 'The 401 has no WWW-Authenticate: it does not say what is wanted.',
    fixes: ['Send `WWW-Authenticate` with every 401 (RFC 9110 §15.5.2).'],
    find: (facts) => when(isSilent(facts), facts.hasResponse ? 49 : 40, 'There is no challenge that can be read.'),
  },
]

function isSilent({ status, challenges, hasResponse, event }: Facts): boolean {
  return status === 401 && !challenges.length && (hasResponse || event?.type === 'response')
}

function link(uri: string | undefined): readonly string[] {
  return uri && /^https:\/\//.test(uri) ? [`It points to ${harmless(uri.replace(/[?#].*$/, ''))}.`] : []
}
