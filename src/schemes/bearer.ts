import type { AuthScheme } from './auth-scheme'

/**
 * The access token in the `Authorization` header.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}
 */
export function bearer(): AuthScheme {
  // One text for one token: what is compared with itself need not be read.
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
