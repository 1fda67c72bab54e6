import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import type { Grant, GrantContext } from '../grants/grant'
import { createAbortable } from '../platform/abortable'
import { textOf } from '../platform/text-of'
import { isB64token } from '../tokens/b64token'
import { jwtClaims } from '../tokens/jwt'
import { plain, type StoredSession, type TokenSet, tokenSetOf } from '../tokens/token-set'
import type { Phase } from './phase'

const bound = /^dpop$/i

/**
 * One run of the grant, by its deadline: the next token set of this session, whole and fit to be sent.
 * @param rotated hears of a refresh token that came without a usable access token.
 * @throws what the grant throws; `RefreshUnavailableError` where what it gave can't be used.
 */
export async function exchange(
  grant: Grant,
  phase: Phase,
  context: GrantContext,
  acceptsType: (tokenType: string | undefined) => boolean,
): Promise<StoredSession> {
  const { signal, rotated } = context
  // Rule 6: nothing is presented after the deadline, also not a second time.
  if (signal.aborted) throw signal.reason
  const old = tokenSetOf(phase.held)
  // A copy: a grant may write what it gets into what it is given.
  const answer = (async () => grant(old && { ...old }, context))()
  // A grant that doesn't listen to its deadline may still bring a rotation home.
  answer.then((late) => signal.aborted && rotated(late.refreshToken ?? '')).catch(() => {})
  const given = await createAbortable()(answer, signal)
  // A cookie session has no tokens: that it was renewed is all there is to say.
  if (!old && phase.held && 'counter' in phase.held && !given?.accessToken)
    return { ...phase.held, counter: Number(phase.held.counter) + 1 }
  // F27: an answer that was meant for somebody else is dropped whole. For each resource the same user may have another name, and who
  // acts for whoever asks has none of its own.
  const isNamed = !context.resource && grant.needs !== 'nothing'
  if (isNamed && (isOther(old?.accessToken, given?.accessToken) || isOther(old?.idToken, given?.idToken)))
    throw new RefreshUnavailableError('The new token has another subject')
  // A47: a session that began with bound tokens never goes on with others.
  const tokenType = textOf(given?.tokenType) ?? textOf(old?.tokenType)
  const isDowngrade = bound.test(old?.tokenType ?? '') && !bound.test(tokenType ?? '')
  if (isB64token(given?.accessToken) && acceptsType(tokenType) && !isDowngrade) {
    // What the result lacks is kept, except when it expires.
    const kept = { ...old, expiresAt: undefined, sessionId: undefined }
    // An empty one is none (F19).
    const refreshToken = given.refreshToken || old?.refreshToken
    return Object.assign(kept, withoutGaps({ ...plain(given), refreshToken, tokenType }), {
      accessToken: given.accessToken,
      sessionId: (old ?? given).sessionId,
    })
  }
  rotated(given?.refreshToken ?? '')
  throw new RefreshUnavailableError('The grant gave no usable accessToken, or a tokenType that no scheme here sends')
}

/** Whether both name a subject, and not the same one (OpenID Connect Core §12.2). */
function isOther(one: string | undefined, other: string | undefined): boolean {
  const { sub } = jwtClaims(one)
  return sub !== undefined && sub !== (jwtClaims(other).sub ?? sub)
}

function withoutGaps(fields: object): Partial<TokenSet> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null))
}
