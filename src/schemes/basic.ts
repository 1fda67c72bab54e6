import { base64 } from '../platform/base64'
import { after } from '../platform/maybe-promise'
import { utf8 } from '../platform/utf8'
import type { AuthScheme } from './auth-scheme'
import { createProtectionSpaces } from './protection-spaces'
import { type UserCredentials, type UserPassword, userCredentials } from './user-credentials'

/** Options of `basic`. */
export interface BasicOptions {
  /**
   * Whether they go along before anybody asks. `false`: only once a challenge asked for them, and from then on for what lies below the
   * path that asked (RFC 7617 §2.2). Give that beside a stronger scheme that waits for a challenge, such as Digest: else the password
   * goes out before the stronger one is asked for.
   * @default true
   */
  readonly preemptive?: boolean | null | undefined
  /**
   * Answers challenges of this realm only. What goes along before anybody asks knows no realm: give `preemptive: false` as well.
   * @default any
   */
  readonly realm?: string | null | undefined
}

/**
 * User name and password in the `Authorization` header, as UTF-8 in normal form C, whatever charset a challenge names. In a browser's
 * page send requests with `credentials: 'omit'`: else a refused password opens the browser's own prompt.
 * @throws {TypeError} for credentials that break the grammar: a colon in the user name, a control character in either.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7617 RFC 7617}
 */
export function basic(credentials: UserCredentials, options: BasicOptions = {}): AuthScheme {
  const current = userCredentials('basic', credentials)
  if (typeof credentials !== 'function') headerOf(credentials)
  const { preemptive, realm } = options
  const spaces = createProtectionSpaces()
  return {
    name: 'Basic',
    headers: ['authorization'],
    usesTokens: false,
    attach(request) {
      if (preemptive === false && !spaces.includes(request.url)) return
      return after(current(), (given) => request.setHeader('authorization', headerOf(given)))
    },
    answer({ params }, { url, attached, answered }) {
      // What was refused is not said twice (RFC 9110 §15.5.2).
      if (attached || answered || (realm && params.realm !== realm && params.realm !== utf8(realm))) return 'return'
      spaces.add(url)
      return 'replay'
    },
  }
}

function headerOf({ username, password }: UserPassword): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 7617 §2 forbids them.
  if (/[\0-\x1f\x7f]/.test(username + password) || username.includes(':')) {
    throw new TypeError('basic: a user name must be without a colon, and neither it nor the password may hold a control character')
  }
  return `Basic ${base64(utf8(`${username}:${password}`.normalize('NFC')))}`
}
