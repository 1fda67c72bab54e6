import { AuthError } from './auth-error'

/**
 * The token endpoint says that the client, not the session, is wrong (`invalid_client`, `invalid_scope`, …), or that a person
 * is needed (`interaction_required`). The session is kept. See {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 §5.2}.
 */
export class TokenEndpointError extends AuthError {
  override readonly name = 'TokenEndpointError'
  readonly code = 'ERR_TOKEN_ENDPOINT'
  /** The OAuth error code, as the server sent it. */
  readonly error: string
  /** For developers; at most 256 characters, control characters removed. Never render it as HTML. */
  readonly errorDescription?: string | undefined
  /** The HTTP status of the answer; absent where a custom grant threw this. */
  readonly status?: number | undefined
  constructor(error: string, options?: { errorDescription?: string | undefined; status?: number | undefined; cause?: unknown }) {
    const text = printable(error)
    const description = options?.errorDescription === undefined ? undefined : printable(options.errorDescription)
    super(`The token endpoint answered ${text}`, options?.cause === undefined ? undefined : { cause: options.cause })
    this.error = text
    this.errorDescription = description
    this.status = options?.status
  }
}

// A28: a server's words go to logs. RFC 6749 §5.2 allows %x20-21 / %x23-5B / %x5D-7E only.
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '').slice(0, 256)
}
