import { AuthError } from './auth-error'

/**
 * The token endpoint says that the client, not the session, is wrong (`invalid_client`, `invalid_scope`, …), or that a person
 * is needed (`interaction_required`). The session is kept. See {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 §5.2}.
 */
export class TokenEndpointError extends AuthError {
  override readonly name = 'TokenEndpointError'
  readonly code = 'ERR_TOKEN_ENDPOINT'
  /** The OAuth error code. */
  declare readonly error: string
  /** For developers, as the server sent it: never render it as HTML. */
  declare readonly errorDescription: string | undefined
  /** The HTTP status of the answer; absent where a custom grant threw this. */
  declare readonly status: number | undefined
  constructor(error: string, options: ErrorOptions & { errorDescription?: string | undefined; status?: number | undefined } = {}) {
    super(`The token endpoint answered ${error}`, options)
    this.error = error
    this.errorDescription = options.errorDescription
    this.status = options.status
  }
}
