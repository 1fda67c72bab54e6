import { AuthError } from './auth-error'

/** The access token could not be refreshed now; the session is kept. `message` says why, and `cause`, where something was thrown. */
export class RefreshUnavailableError extends AuthError {
  override readonly name = 'RefreshUnavailableError'
  readonly code = 'ERR_REFRESH_UNAVAILABLE'
  /** When the next refresh will be tried, in milliseconds since the epoch; absent where no cool-down was opened. */
  declare readonly retryAt: number | undefined
  /** `false` where no readable answer arrived: the server may have acted on the request, and the refresh token may be consumed. */
  declare readonly answered: boolean
  constructor(message?: string, options: ErrorOptions & { retryAt?: number | undefined; answered?: boolean | undefined } = {}) {
    super(message ?? 'The access token could not be refreshed', options)
    this.retryAt = options.retryAt
    this.answered = options.answered ?? true
  }
}
