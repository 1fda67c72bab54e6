import type { AuthScheme } from './auth-scheme'

/**
 * The access token in the `Authorization` header.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2.1 RFC 6750 §2.1}
 */
export function bearer(): AuthScheme {
  return {
    name: 'Bearer',
    headers: ['authorization'],
    usesTokens: true,
    attach(request, tokens) {
      if (tokens) request.setHeader('authorization', `Bearer ${tokens.accessToken}`)
    },
  }
}
