import { isScheme } from '../challenge/challenge'
import type { Facts } from './facts'
import { isRefused } from './is-refused'
import { keyFieldOf, mayHoldKey } from './key-field'
import { type Finding, type Rule, when } from './rule'
import { saysNoneCame, saysWrongPassword } from './said-of-credentials'
import { sendsNothing } from './sends-nothing'
import { saysKeyRefused } from './speaks-of-credentials'
import { isOfTokenEndpoint, isRenewal, isSignIn } from './token-endpoint'

/** Nothing was sent, or not what is asked for. */
export const missingCredentialsRule: Rule = {
  cause: 'credentials-missing',
  party: 'client',
  summary: 'The request carried no credentials.',
  fixes: [
    'Sign in before the call, or give the tokens to the client with `setTokens`.',
    'Send the call through the client’s `fetch`, not the global one.',
    'Call the final URL: on a redirect to another origin, fetch drops the Authorization header.',
  ],
  find: (facts) =>
    isBare(facts)
      ? nothingSent(facts)
      : (noCertificateCame(facts) ?? tokenOfOtherType(facts) ?? cookieAlone(facts) ?? nothingInTheEvent(facts) ?? askedAsIfNoneCame(facts)),
}

/** Whether the request is known, and neither it nor the client can have brought credentials. */
function isBare(facts: Facts): boolean {
  // Towards a token endpoint they stand in the body (RFC 6749 §2.3.1).
  return facts.hasRequest && sendsNothing(facts) && !mayHaveSent(facts) && !isOfTokenEndpoint(facts)
}

function nothingSent(facts: Facts): Finding | undefined {
  const evidence = ['No Authorization, Cookie or API key header was sent.', facts.quote]
  if (hasBareChallenge(facts)) evidence.push(namesNoError)
  const passwordInBody = facts.method === 'POST' && saysWrongPassword(facts)
  const refused = isRefused(facts) || facts.error === 'not_authed' // Slack's word, which comes with 200.
  // So do Echo, Vault and axum; elsewhere it may be a parameter that is missing.
  if (facts.status === 400 && facts.method === 'GET' && saysNoneCame(facts)) return when(true, 59, evidence)
  return when(refused && !passwordInBody, sureness(facts), evidence, tokenService(facts) ?? userAndPassword(facts))
}

/** How sure it is that what is missing are credentials, as a weight. */
function sureness(facts: Facts): number {
  const asked = askedScheme(facts) || saysNoneCame(facts)
  const otherField = facts.ownFields.some(mayHoldKey)
  // The body of a sign-in holds them; and a 403 that asks for nothing may be a firewall's.
  const inBody = facts.method === 'POST' && !asked && /invalid|unknown|incorrect|expired/.test(facts.words)
  if (isSignIn(facts) || isRenewal(facts) || inBody || (!asked && (facts.status === 403 || otherField))) return 55
  const mayBeUnseen = otherField || facts.url.includes('?') || mayHideCookies(facts)
  return !mayBeUnseen ? 92 : saysKeyRefused(facts) ? 70 : 80
}

function noCertificateCame({ jwt, words, status, error, quote }: Facts): Finding | undefined {
  const confirmation = Object(jwt?.claims.cnf) as Readonly<Record<string, unknown>>
  const saysSo = /certificate|\bmtls\b|mutual tls/.test(words)
  return when(
    confirmation['x5t#S256'] !== undefined && status === 401 && (saysSo || error === 'invalid_token'),
    saysSo ? 86 : 66,
    ['The token is bound to a certificate (cnf.x5t#S256, RFC 8705).', quote],
    noCertificate,
  )
}

/** The client holds a token, and none of its schemes sends it. */
function tokenOfOtherType(facts: Facts): Finding | undefined {
  const { tokenType = 'Bearer', hasRequest, status, error, harmless } = facts
  const isOther = !/^bearer$/i.test(tokenType) && hasRequest && sendsNothing(facts)
  return when(
    isOther && askedScheme(facts) && status === 401,
    error ? 40 : 58, // Who names an error has mostly seen a token: then the request is as the app made it, not as it was sent.
    `The client holds a token of type ${harmless(tokenType)}, and did not send it.`,
    otherType,
  )
}

function cookieAlone(facts: Facts): Finding | undefined {
  const { hasRequest, authorization, sent, status } = facts
  const isAlone = hasRequest && !authorization && !mayHaveSent(facts) && sent('cookie') && !keyFieldOf(facts)
  const asked = askedScheme(facts)
  return when(
    isAlone && asked && status === 401 && !isRenewal(facts),
    hasBareChallenge(facts) ? 68 : 56,
    `A cookie was sent, but the server asks for ${asked}.`,
    otherThanCookie,
  )
}

function nothingInTheEvent({ event }: Facts): Finding | undefined {
  const namesNone = event?.type === 'request' && event.scheme === undefined
  return when(namesNone, 70, 'The client’s event names no scheme.')
}

/** Where the request is not known, the challenge still is. */
function askedAsIfNoneCame(facts: Facts): Finding | undefined {
  const { authorization, status, hasRequest, scheme, error } = facts
  if (status !== 401) return undefined
  const asked = askedScheme(facts)
  return (
    when(!authorization && hasBareChallenge(facts), 45, namesNoError, mayBeMissing) ??
    when(!hasRequest && scheme === '' && asked && !error, 43, `The server asks for ${asked}.`, mayBeMissing)
  )
}

/** Whether Bearer is asked for and no error named, as RFC 6750 §3.1 has it where no token came. */
function hasBareChallenge({ challenges }: Facts): boolean {
  return challenges.some((challenge) => isScheme(challenge, 'bearer') && !challenge.params.error)
}

/** A scheme that the request should have come with. */
function askedScheme({ challenges }: Facts): string | undefined {
  return challenges.find(({ scheme }) => /^(bearer|dpop|basic|digest)$/i.test(scheme))?.scheme
}

/** The app's own request has no credentials yet: the client adds them. */
function mayHaveSent({ token, scheme }: Facts): boolean {
  return token !== undefined || scheme !== ''
}

function mayHideCookies({ credentialsMode }: Facts): boolean {
  return credentialsMode === 'include' || credentialsMode === 'same-origin' // A browser shows no script its cookies.
}

/** Registries name in the realm who gives a token, for this one request, to whoever asks. */
function tokenService({ challenges, harmless }: Facts): Finding['instead'] {
  const { realm = '' } = challenges.find(({ params }) => params.service)?.params ?? {}
  if (!/^https?:\/\//.test(realm)) return undefined
  return {
    fixes: [`Ask ${harmless(realm)} for a token, with the \`service\` and \`scope\` of the challenge in the query, and send it as Bearer.`],
  }
}

/** Where no token is asked for, none helps. */
function userAndPassword({ challenges }: Facts): Finding['instead'] {
  if (!challenges.length || !challenges.every(({ scheme }) => /^(basic|digest)$/i.test(scheme))) return undefined
  return {
    fixes: [
      'Give the client a user and a password: `scheme: digest({ username, password })`, or `basic`.',
      'If it has them: check that the `algorithms` and `realm` of `digest` fit this challenge.',
    ],
  }
}

const namesNoError = 'The challenge names no error, as where no token came (RFC 6750 §3.1).'

const mayBeMissing = { summary: 'The request may have carried no credentials.' }

const noCertificate = {
  summary: 'The token is bound to a client certificate, which probably did not come with the request.',
  fixes: [
    'Send it over a connection that presents the certificate it was issued with (mutual TLS).',
    'If a proxy ends TLS: check that it passes the certificate on.',
  ],
}

const otherType = {
  fixes: ['Give the client a scheme that sends the token’s type, such as `scheme: dpop()`.'],
}

const otherThanCookie = { summary: 'The request carried a cookie, but not the credentials that the server asks for.' }
