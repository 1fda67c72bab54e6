import { accountGone, noAccount } from './account'
import type { Facts } from './facts'
import { inBetween } from './in-between'
import { type Rule, when } from './rule'
import { sendsNothing } from './sends-nothing'

/** Somebody has decided that this is not to be, whatever the credentials say. */
export const policyRule: Rule = {
  cause: 'policy',
  party: 'authorization server',
  summary: 'A policy forbids this request because of its place, device or time.',
  fixes: ['Ask the administrator which policy applies (conditional access, IP allowlist).', 'A new token does not help.'],
  find: (facts) => {
    const { error, challenges, words, quote, status, html, answered, harmless } = facts
    const way = inBetween(facts)
    const claims = challenges.some(({ params }) => params.claims !== undefined)
    return (
      when(
        error === 'insufficient_claims' || claims,
        93,
        'The challenge asks for claims, as Entra’s continuous access evaluation does.',
        askedForClaims,
      ) ??
      when(
        /requests (from|to this) [\s\S]{1,99} are blocked|(referr?er|ip address|api|application) restriction/.test(words),
        86,
        quote,
        restrictedKey,
      ) ??
      when(
        /conditional access|ip address|client address is not authorized|allowlist|whitelist|(from|in|of|by) your (current )?location|country, region|not allowed from|blocked by|(is|been) blocked/.test(
          words,
        ),
        74,
        quote,
      ) ??
      when(facts.hasRequest && (facts.authorization ?? facts.token) === undefined && accountGone.test(words), 88, quote, noAccount) ??
      when(/captcha_challenge|authentication_denied/.test(words) && inOwnField(answered), 90, quote, captcha) ??
      when(/saml enforcement/.test(words), 84, quote, notOfOrganization) ??
      when(
        /rbac: access denied|explicit deny|is not authorized to perform: \w/.test(words) && !(facts.hasRequest && sendsNothing(facts)),
        74,
        quote,
        ownPolicy,
      ) ??
      // S3 says no more.
      when(/^accessdenied access denied$/.test(words) && isSignedForAws(facts), 74, quote, ownPolicy) ??
      when(/policy/.test(words) && !/row-level security/.test(words), 74, quote, ownPolicy) ??
      when(
        status === 403 && (/administrative rules/.test(words) || (/error code: 10\d\d/.test(words) && answered('cf-ray'))),
        72,
        quote,
        firewall,
      ) ??
      when(
        status === 403 && answered('cf-mitigated'),
        72,
        `The header cf-mitigated says ${harmless(answered('cf-mitigated'))}.`,
        firewall,
      ) ??
      when(
        status === 403 && html && !challenges.length && way.length,
        56,
        [
          `The answer passed a proxy, a cache or a firewall: it has ${way.join(', ')}.`,
          'The body is HTML, which an API rarely sends itself.',
        ],
        firewall,
      )
    )
  },
}

const askedForClaims = {
  fixes: [
    'In `onStepUp`: pass the `claims` of the challenge on to the authorization server.',
    'Ask the administrator which policy applies (conditional access, IP allowlist).',
  ],
}

function inOwnField(answered: (header: string) => string): boolean {
  return ['x-seraph-loginreason', 'x-authentication-denied-reason'].some((name) => answered(name) !== '')
}

function isSignedForAws({ scheme, url }: Facts): boolean {
  return scheme.startsWith('aws4-') || /[?&]x-amz-signature=/i.test(url)
}

const restrictedKey = {
  party: 'client',
  summary: 'The key is valid, but not for this referrer, address, app or API.',
  fixes: ['Check the restrictions of the key where it was issued.', 'A server needs a key of its own: it sends no referrer.'],
} as const

const captcha = {
  party: 'client',
  summary: 'After too many wrong passwords, the server wants a CAPTCHA solved.',
  fixes: ['Solve it in a browser.', 'Find the program that sends an outdated password.'],
} as const

const notOfOrganization = {
  party: 'client',
  summary: 'The token is valid, but not authorized for the single sign-on of the organization.',
  fixes: ['Authorize the token for the organization where it was issued; GitHub’s X-GitHub-SSO header names the page.'],
} as const

const ownPolicy = {
  party: 'resource server',
  summary: 'A policy of the API, or of its cloud, does not allow this.',
  fixes: ['Ask whoever runs it which policy applies, and whom it allows.', 'A new token does not help.'],
} as const

const firewall = {
  party: 'network',
  summary: 'Something in front of the API refused the request: a firewall, an IP list or a bot check.',
  fixes: ['Ask whoever runs it which rule applies, or send the request from where it is allowed.', 'A new token does not help.'],
} as const
