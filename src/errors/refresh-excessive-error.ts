import { AuthError } from './auth-error'

/** `refreshBudget` is spent: fresh tokens keep being answered by 401. Thrown by `refresh()` and `getAccessToken()` only. */
export class RefreshExcessiveError extends AuthError {
  override readonly name = 'RefreshExcessiveError'
  readonly code = 'ERR_REFRESH_EXCESSIVE'
  constructor() {
    super('refreshBudget is spent: fresh tokens keep being refused')
  }
}
