/** The endpoint, exactly as the caller wrote it: React Native's `URL` would neither check it nor leave it alone. */
export function checkedEndpoint(option: string, value: unknown): string {
  // No user name or password (RFC 6749 §2.3.1), no fragment (§3.2), nothing that two parsers read differently.
  return checked(option, value, /^https?:\/\/[^\s/?#@\\]+([/?][^\s#\\]*)?$/i, 'an absolute URL without user name or fragment')
}

export function checkedClientId(value: unknown): string {
  return checked('clientId', value, /./, 'a non-empty string')
}

function checked(option: string, value: unknown, grammar: RegExp, wanted: string): string {
  const text = String(value ?? '')
  if (grammar.test(text)) return text
  throw new TypeError(`${option} must be ${wanted}`)
}
