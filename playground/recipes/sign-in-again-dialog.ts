import type { AuthenticatedClientOptions, StepUpEvent, TokenSet } from 'authenticated-client'

/** What a dialog shows, and how it is closed: with new tokens, or with `null` where the person would rather not. */
export interface SignInAgain {
  readonly why: string
  readonly scope: string | undefined
  close(tokens: TokenSet | null): void
}

/**
 * An API asks for more than the session has (RFC 9470, RFC 6750 §3.1): show a dialog, and let the calls that wait for it go on afterwards.
 * Meanwhile all other calls go on as they are; the same question is asked once, however many calls meet it; who says no gets the API's
 * own answer. Nothing times out: people take their time. Hide the dialog when its session is over, `onSessionChange(client, hide)` of
 * works-with/on-session-change.ts: nobody waits for it any more, and what is signed in there then is dropped.
 */
export function signInAgain(show: (dialog: SignInAgain) => void): Pick<AuthenticatedClientOptions, 'onStepUp'> {
  return {
    onStepUp: ({ error, scope }: StepUpEvent) => new Promise((resolve) => show({ why: error, scope, close: (tokens) => resolve(tokens) })),
  }
}
