// A step-up that asks the person again, in a dialog: calls that need more wait for it, all others go on, and the same question is asked
// once. What the dialog gives keeps the session; closing it gives every waiting call its own answer back.
import { AuthenticatedClient, type AuthenticatedClientOptions, type StepUpEvent, type TokenSet } from 'authenticated-client'

export type Dialog = (question: {
  readonly scope?: string | undefined
  readonly acrValues?: string | undefined
  readonly maxAge?: number | undefined
}) => Promise<TokenSet | null>

export function clientWithDialog(options: AuthenticatedClientOptions, dialog: Dialog): AuthenticatedClient {
  const onStepUp = ({ scope, acrValues, maxAge }: StepUpEvent) => dialog({ scope, acrValues, maxAge })
  return new AuthenticatedClient({ ...options, onStepUp })
}
