import { finding, type Rule, words } from './rule'

/** What happened on the way: caches, proxies, CORS, cookies. */
export const transportRules: readonly Rule[] = [
  ({ status }) =>
    finding(
      status === 407,
      'proxy-authentication',
      'certain',
      'network',
      'A proxy wants credentials, not the API.',
      ['status 407'],
      ['Give the proxy its own credentials: the access token is never sent there'],
    ),
  ({ status, header }) => {
    const age = Number(header('age'))
    return finding(
      status === 401 && age > 0,
      'cached-response',
      'certain',
      'network',
      `A cache on the way has kept this refusal for ${age} seconds.`,
      [`Age: ${age}`, header('cache-control') && `Cache-Control: ${header('cache-control')}`],
      ['Let the API say Cache-Control: no-store on 401', 'Take the path out of the cache'],
    )
  },
  (evidence) => {
    const { authorization, status, header, body, challenges } = evidence
    const via = header('via') ?? header('x-cache') ?? header('cf-ray')
    const saysMissing = /\b(missing|no|without|not provided)\b.{0,30}\b(authorization|token|credential)/i.test(words(evidence))
    const isBare = challenges.length > 0 && challenges.every(({ params }) => !params.error)
    return finding(
      status === 401 &&
        authorization.kind === 'good' &&
        (saysMissing || (isBare && Boolean(via)) || (body.kind === 'html' && Boolean(via))),
      'authorization-stripped',
      saysMissing && via ? 'likely' : 'possible',
      'network',
      'The Authorization header seems to be lost on the way: the server answers as if there were none.',
      [
        'an Authorization header was sent',
        saysMissing && 'the server says that it is missing',
        via && 'a proxy or CDN is on the way (Via)',
      ],
      ['Let the proxy, CDN or web server pass Authorization on (Apache: CGIPassAuth On)', 'Check for a redirect to another origin'],
    )
  },
  ({ status, crossOrigin, hasChallengeField }) =>
    finding(
      status === 401 && crossOrigin && !hasChallengeField,
      'challenge-hidden-by-cors',
      'likely',
      'resource server',
      'The browser hides the challenge: the API does not expose the header to other origins.',
      ['another origin than the page’s', 'no WWW-Authenticate can be read'],
      ['Access-Control-Expose-Headers: WWW-Authenticate'],
    ),
  (evidence) => {
    const { networkError, crossOrigin } = evidence
    return finding(
      networkError === 'TypeError',
      crossOrigin ? 'preflight-refused' : 'network',
      'possible',
      crossOrigin ? 'resource server' : 'network',
      crossOrigin
        ? 'The request did not get through: the network, or the API refuses the preflight (CORS).'
        : 'The request did not get through.',
      ['a network error, of which a browser tells no more'],
      crossOrigin
        ? [
            'Answer OPTIONS without credentials, with Access-Control-Allow-Headers: authorization (a * does not cover it)',
            'Look into the browser’s console',
          ]
        : ['Check the connection, the name and the certificate'],
    )
  },
  ({ status, hasChallengeField, crossOrigin }) =>
    finding(
      status === 401 && !hasChallengeField && !crossOrigin,
      'no-challenge',
      'possible',
      'resource server',
      'The API says 401 without saying what it wants.',
      ['no WWW-Authenticate, against RFC 9110 §15.5.2'],
      ['Let the API send WWW-Authenticate: Bearer error="invalid_token"', 'The client refreshes once, and can not know more'],
    ),
  ({ status, request, authorization }) =>
    finding(
      status === 401 && authorization.kind === 'absent' && (request.hasCookies || request.credentials !== undefined),
      'session-cookie-refused',
      request.hasCookies ? 'likely' : 'possible',
      'client',
      request.hasCookies
        ? 'The session cookie was refused: it has expired, or belongs to another host.'
        : 'No session cookie seems to have been sent.',
      [request.hasCookies ? 'a cookie was sent' : `credentials: ${request.credentials}`],
      ["Send it: credentials: 'include' (cookieSession() does)", 'Check SameSite, Secure and Domain of the cookie', 'Sign in again'],
    ),
]
