/**
 * One challenge of a `WWW-Authenticate` field.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1 RFC 9110 §11.6.1}
 */
export interface Challenge {
  /** The auth-scheme as received; compare it with `isScheme`. */
  readonly scheme: string
  /** Lower-case names on a null-prototype object, values unescaped; of a duplicate the first. */
  readonly params: Readonly<Record<string, string>>
  /** What stands in place of parameters, as of `Negotiate`; as received. */
  readonly token68?: string
  /** `error`, `scope`, `claims`, `nonce` or `resource_metadata` occurs twice with different values: act on nothing. */
  readonly conflict?: true
}

/** Whether the challenge is of that auth-scheme; letter case doesn't count (RFC 9110 §11.1). */
export function isScheme(challenge: Challenge, scheme: string): boolean {
  return challenge.scheme.toLowerCase() === scheme.toLowerCase()
}
