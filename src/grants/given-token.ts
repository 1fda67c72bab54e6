import { isAuthError } from '../errors/is-auth-error'
import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import type { MaybePromise } from '../platform/maybe-promise'

/**
 * The token that an option of a grant names, or says where to get.
 * @param option for messages.
 * @throws {RefreshUnavailableError} there is none now. Whatever was thrown is its `cause`, and no word of the authorization server: not
 * even that a session has ended, which is that of another client.
 */
export async function givenToken(option: string, source: string | (() => MaybePromise<string>)): Promise<string> {
  try {
    const token: unknown = typeof source === 'function' ? await source() : source
    if (typeof token === 'string' && token) return token
    throw new TypeError(`${option} must give a token`)
  } catch (cause) {
    // Another client's, which knows when it will try again.
    if (isAuthError(cause, 'ERR_REFRESH_UNAVAILABLE')) throw cause
    throw new RefreshUnavailableError(`The token endpoint was not asked: ${option} gave no token`, { cause })
  }
}
