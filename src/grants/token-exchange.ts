import type { MaybePromise } from '../platform/maybe-promise'
import { givenToken } from './given-token'
import type { Grant } from './grant'
import { type TokenRequestOptions, tokenEndpointGrant } from './token-endpoint'

/** Options of `tokenExchangeGrant`. */
export interface TokenExchangeGrantOptions extends TokenRequestOptions {
  /** The token to exchange; the new one is for the same user. A function is asked each time: `() => client.getAccessToken()`. */
  readonly subjectToken: string | (() => MaybePromise<string>)
  /**
   * What kind of token that is (RFC 8693 §3).
   * @default 'urn:ietf:params:oauth:token-type:access_token'
   */
  readonly subjectTokenType?: string | null | undefined
  /** A token of whoever acts for that user. @default nobody */
  readonly actorToken?: string | (() => MaybePromise<string>) | null | undefined
  /**
   * What kind of token that is (RFC 8693 §3).
   * @default 'urn:ietf:params:oauth:token-type:access_token'
   */
  readonly actorTokenType?: string | null | undefined
  /** The service that the new token is for, by its name at the server. */
  readonly audience?: string | null | undefined
  /**
   * What kind of token is wanted (RFC 8693 §3).
   * @default the server decides
   */
  readonly requestedTokenType?: string | null | undefined
}

const accessToken = 'urn:ietf:params:oauth:token-type:access_token'

/**
 * Exchanges a token for one that another service takes. It needs no refresh token: when the new token is spent or refused, it exchanges
 * again. An exchange that is refused ends no session.
 * @throws {TypeError} without a subject token, with an empty actor token, and as `refreshTokenGrant` does.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8693#section-2.1 RFC 8693 §2.1}
 */
export function tokenExchangeGrant(options: TokenExchangeGrantOptions): Grant {
  const { subjectToken, actorToken, subjectTokenType, actorTokenType, audience, requestedTokenType } = options
  if (!subjectToken) throw new TypeError('tokenExchangeGrant needs subjectToken: a token, or a function that returns one')
  // An empty one is a mistake, not the absence of an actor.
  if (actorToken === '') throw new TypeError('tokenExchangeGrant: actorToken must be a token, or a function that returns one')
  return tokenEndpointGrant(options, 'nothing', async () => {
    // Without its actor the request would ask for more than was meant: to be the subject, not to act for it (RFC 8693 §1.1).
    const actor = actorToken && {
      actor_token: await givenToken('tokenExchangeGrant: actorToken', actorToken),
      actor_token_type: actorTokenType ?? accessToken,
    }
    return {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: await givenToken('tokenExchangeGrant: subjectToken', subjectToken),
      subject_token_type: subjectTokenType ?? accessToken,
      ...actor,
      ...(audience && { audience }),
      ...(requestedTokenType && { requested_token_type: requestedTokenType }),
    }
  })
}
