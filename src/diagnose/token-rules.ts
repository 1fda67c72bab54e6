import { finding, hasError, type Rule, words } from './rule'
import { spanInWords } from './time-words'

const skewThatMatters = 30_000

/** What the token says of itself, against the server's own clock. */
export const tokenRules: readonly Rule[] = [
  ({ token }) =>
    finding(
      /^none$/i.test(token?.algorithm ?? ''),
      'algorithm-none',
      'certain',
      'authorization server',
      'The access token is not signed at all.',
      ['alg: none'],
      ['Issue signed tokens', 'Check that no test double is in use'],
    ),
  ({ token, serverTime, now }) => {
    const skew = now !== undefined && serverTime !== undefined ? now - serverTime : 0
    const isWrongClock = token?.issuedAt !== undefined && serverTime !== undefined && token.issuedAt - serverTime > skewThatMatters
    return finding(
      Math.abs(skew) > skewThatMatters || isWrongClock,
      'clock-skew',
      isWrongClock && Math.abs(skew) <= skewThatMatters ? 'likely' : 'possible',
      isWrongClock ? 'authorization server' : 'client',
      isWrongClock
        ? `The token was issued ${spanInWords((token?.issuedAt ?? 0) - (serverTime ?? 0))} in the API's future: their clocks differ.`
        : `The clocks differ by ${spanInWords(skew)}.`,
      [`${skew > 0 ? 'ours is ahead' : 'ours is behind'} by ${spanInWords(skew)}`],
      ['Set the clocks by NTP', 'Give the API a little leeway when it verifies exp and nbf'],
    )
  },
  ({ token, serverTime, status }) => {
    const past = token?.expiresAt !== undefined && serverTime !== undefined ? serverTime - token.expiresAt : -1
    return finding(
      past >= 0 && status !== 403,
      'expired',
      'certain',
      'client',
      `The access token expired ${spanInWords(past)} ago.`,
      [`exp is ${spanInWords(past)} before the server's Date`],
      ['Refresh it: the client does, where it has a grant and a refresh token'],
    )
  },
  ({ token, serverTime }) => {
    const ahead = token?.notBefore !== undefined && serverTime !== undefined ? token.notBefore - serverTime : -1
    return finding(
      ahead > 0,
      'not-yet-valid',
      'certain',
      'authorization server',
      `The access token is valid in ${spanInWords(ahead)} only.`,
      [`nbf is ${spanInWords(ahead)} after the server's Date`],
      ["Set the authorization server's clock", 'Give the API a little leeway'],
    )
  },
  (evidence) =>
    finding(
      /\bexpired\b/i.test(words(evidence)) &&
        !(evidence.token?.expiresAt && evidence.serverTime && evidence.token.expiresAt > evidence.serverTime),
      'expired',
      'likely',
      'client',
      'The server says that the token has expired.',
      ['its words say "expired"'],
      ['Refresh it: the client does, where it has a grant and a refresh token'],
    ),
  (evidence) =>
    finding(
      /\baud(ience)?\b/i.test(words(evidence)),
      'wrong-audience',
      'likely',
      'client',
      'The token is for another API.',
      ['its words name the audience', evidence.token?.audience && `aud: ${evidence.token.audience.join(', ')}`],
      ['Ask for a token with this API as resource or audience (forResource)', 'Check which audience the API expects'],
    ),
  (evidence) =>
    finding(
      /\biss(uer)?\b/i.test(words(evidence)),
      'wrong-issuer',
      'likely',
      'client',
      'The API does not trust who issued the token.',
      ['its words name the issuer', evidence.token?.issuer && `iss: ${evidence.token.issuer}`],
      ['Check that client and API use the same tenant and environment', 'Compare the issuer exactly: a trailing slash counts'],
    ),
  (evidence) =>
    finding(
      /\b(kid|jwks?|no (matching|applicable) key|unknown key|signing key)\b/i.test(words(evidence)),
      'unknown-key',
      'likely',
      'resource server',
      'The API does not know the key that the token is signed with: keys were rotated, and it has not fetched the new ones.',
      ['its words name the key', evidence.token?.keyId && `kid: ${evidence.token.keyId}`],
      ['Let the API fetch the JWKS again on an unknown kid', 'Publish new keys before signing with them'],
    ),
  (evidence) =>
    finding(
      /signature/i.test(words(evidence)),
      'invalid-signature',
      'likely',
      'resource server',
      'The signature of the token does not verify.',
      ['its words name the signature', evidence.token?.algorithm && `alg: ${evidence.token.algorithm}`],
      ['Check that the API verifies with the keys of the issuer', 'Check that nothing cut the token short on its way'],
    ),
  (evidence) =>
    finding(
      /\b(revoked|blacklist|blocklist|logged out)\b/i.test(words(evidence)),
      'revoked',
      'likely',
      'authorization server',
      'The token was revoked, though its time is not over.',
      ['its words say "revoked"'],
      ['Refresh; where that is refused too, sign in again'],
    ),
  (evidence) => {
    const { token, serverTime } = evidence
    const isInTime = token?.expiresAt !== undefined && serverTime !== undefined && token.expiresAt > serverTime
    return finding(
      isInTime && hasError(evidence, /^invalid_token$/),
      'revoked',
      'possible',
      'authorization server',
      'The token is refused though its time is not over: it may have been revoked, be for another API, or be signed with a key that the API does not know.',
      [
        'error="invalid_token"',
        `expires in ${spanInWords((token?.expiresAt ?? 0) - (serverTime ?? 0))}`,
        token?.audience && `aud: ${token.audience.join(', ')}`,
      ],
      ['Refresh, and try once more', 'Compare aud and iss with what the API expects', 'Look into the log of the API for its reason'],
    )
  },
]
