import { inBetween } from './in-between'
import { type Rule, when } from './rule'
import { sendsNothing } from './sends-nothing'

/** Somebody has decided that this is not to be, whatever the credentials say. */
export const policyRule: Rule = {
  cause: 'policy',
  party: 'authorization server',
  summary: 'A policy refuses: where, on what device, or when this is asked.',
  fixes: ['Ask the administrator which policy applies (conditional access, IP list).', 'A new token does not help.'],
  find: (facts) => {
    const { error, challenges, words, quote, status, html, answered, harmless } = facts
    const way = inBetween(facts)
    const claims = challenges.some(({ params }) => params.claims !== undefined)
    return (
      when(
        error === 'insufficient_claims' || claims,
        93,
        'The challenge asks for claims: a continuous access evaluation.',
        askedForClaims,
      ) ??
      when(
        /requests from (this )?[\s\S]{1,99} are blocked|(referr?er|ip address|api|application) restriction/.test(words),
        86,
        quote ?? '',
        restrictedKey,
      ) ??
      when(
        /conditional access|ip address|allowlist|whitelist|(from|in|of|by) your (current )?location|country, region|not allowed from|blocked by|(is|been) blocked/.test(
          words,
        ),
        74,
        quote ?? '',
      ) ??
      when(/captcha_challenge|authentication_denied/.test(words) && inOwnField(answered), 90, quote ?? '', captcha) ??
      when(/saml enforcement/.test(words), 84, quote ?? '', notOfOrganization) ??
      when(/rbac: access denied|explicit deny/.test(words) && !(facts.hasRequest && sendsNothing(facts)), 74, quote ?? '', ownPolicy) ??
      when(/policy/.test(words) && !/row-level security/.test(words), 74, quote ?? '', ownPolicy) ??
      when(status === 403 && /error code: 10\d\d/.test(words) && answered('cf-ray'), 72, quote ?? '', firewall) ??
      when(status === 403 && answered('cf-mitigated'), 72, `cf-mitigated: ${harmless(answered('cf-mitigated'))}.`, firewall) ??
      when(
        status === 403 && html && !challenges.length && way.length,
        56,
        [`The answer has ${way.join(', ')}: something stands in between.`, 'The body is HTML: an API’s own refusal rarely is.'],
        firewall,
      )
    )
  },
}

const askedForClaims = {
  fixes: [
    'Hand the `claims` of the challenge to the authorization server, in `onStepUp`.',
    'Ask the administrator which policy applies (conditional access, IP list).',
  ],
}

function inOwnField(answered: (header: string) => string): boolean {
  return ['x-seraph-loginreason', 'x-authentication-denied-reason'].some((name) => answered(name) !== '')
}

const restrictedKey = {
  party: 'client',
  summary: 'The key is good, and restricted: not for this referrer, address or app, or not for this API.',
  fixes: ['Look at the restrictions of the key where it was issued.', 'A server needs a key of its own: it sends no referrer.'],
} as const

const captcha = {
  party: 'client',
  summary: 'After too many wrong passwords, the server wants a person to solve a CAPTCHA: it looks at no credentials until then.',
  fixes: [
    'Sign in once in a browser, and solve it there.',
    'Find the program that sends an outdated password: it locks the account again.',
  ],
} as const

const notOfOrganization = {
  party: 'client',
  summary: 'The token is good, and not authorized for the single sign-on of the organization.',
  fixes: ['Authorize the token for the organization where it was issued; GitHub’s X-GitHub-SSO says where.'],
} as const

const ownPolicy = {
  party: 'resource server',
  summary: 'A policy of the API, or of the cloud that it runs in, does not allow this.',
  fixes: ['Ask who runs it which policy applies, and whom it allows.', 'A new token does not help.'],
} as const

const firewall = {
  party: 'network',
  summary: 'What stands before the API refuses by a rule of its own: a firewall, an address list, a check for robots.',
  fixes: ['Ask who runs it which rule applies; send the request from where it is allowed.', 'A new token does not help.'],
} as const
