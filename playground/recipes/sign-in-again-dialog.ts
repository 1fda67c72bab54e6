import type { AuthenticatedClientOptions, StepUpEvent, TokenSet } from 'authenticated-client'

/** What a dialog shows, and how it is closed: with new tokens, or with `null` if the user cancels. */
export interface SignInAgain {
  readonly why: string
  readonly scope: string | undefined
  close(tokens: TokenSet | null): void
}

/**
 * When an API asks for more than the session has (RFC 9470, RFC 6750 §3.1), shows a dialog; the calls that need it wait, and go on
 * afterwards. One dialog serves all calls that meet the same demand, other calls are not held up, and if the user cancels, those that
 * waited get the API's own refusal. There is no timeout: people take their time. Hide the dialog when the session ends, with
 * `onSessionChange(client, hide)` of works-with/on-session-change.ts: no call waits for it then, and tokens given to `close` are ignored.
 */
export function signInAgain(show: (dialog: SignInAgain) => void): Pick<AuthenticatedClientOptions, 'onStepUp'> {
  return {
    onStepUp: ({ error, scope }: StepUpEvent) => new Promise((resolve) => show({ why: error, scope, close: (tokens) => resolve(tokens) })),
  }
}
