import type { AuthScheme } from './auth-scheme'

/**
 * The access token in the `Authorization` header.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}
 */
export function bearer(): AuthScheme {
  // The same string as long as the token is the same: the copy of `Headers` made for it is found again by a comparison that costs nothing.
  let header = ''
  let of: string | undefined
  return {
    name: 'Bearer',
    headers: ['authorization'],
    usesTokens: true,
    attach(request, tokens) {
      if (!tokens) return
      if (tokens.accessToken !== of) {
        of = tokens.accessToken
        header = `Bearer ${of}`
      }
      request.setHeader('authorization', header)
    },
  }
}
