/**
 * The grammar of an access token in a header: the only check between a stored string and `Headers` (A34). Node prints an
 * invalid header value whole in its error, React Native accepts newlines.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1} `b64token`
 */
export function isB64token(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.~+/-]+=*$/.test(value)
}
