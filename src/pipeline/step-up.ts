import type { Challenge } from '../challenge/challenge'
import { isAuthError } from '../errors/is-auth-error'
import type { MaybePromise } from '../platform/maybe-promise'
import type { Phase } from '../session/phase'
import type { Session } from '../session/session'
import { singleFlight } from '../session/single-flight'
import { type TokenSet, tokenSetOf } from '../tokens/token-set'
import { isSameSession } from './same-session'

/** What a resource or the authorization server asks for that no refresh can give. */
export interface StepUpEvent {
  /** `insufficient_scope`, `insufficient_user_authentication`, `insufficient_claims`, `interaction_required`, … */
  readonly error: string
  /** The challenge, where a resource asked. */
  readonly challenge?: Challenge | undefined
  /** What to ask for: what the session has, where that is known, and what the challenge adds (RFC 6750 §3.1). */
  readonly scope?: string | undefined
  /** In order of preference, separated by spaces (RFC 9470 §3). */
  readonly acrValues?: string | undefined
  /** How old the authentication may be, in seconds. */
  readonly maxAge?: number | undefined
  /** The `claims` to ask for, as the challenge has them: JSON, or that in base64. */
  readonly claims?: string | undefined
}

/** Asks the app: no lock is held, other calls go on, and the same question is asked once at a time. */
export interface StepUp {
  /** Whether a `setTokens` now may be the answer to a question of ours. */
  isAsking(): boolean
  /** Whether the answer to a question of ours, which that phase holds, is being saved: a call for it must not wait for who saves it (rule 7). */
  isSaving(phase: Phase): boolean
  /**
   * Whether there are newer tokens for this session afterwards.
   * @param sent what the refused call was sent with: where asking the same question has ended with newer tokens than that, it is not asked
   * again.
   */
  ask(error: string, challenge?: Challenge, sent?: Phase): Promise<boolean>
  /** The client is disposed of: no call waits for an answer any more. */
  leave(): void
}

export function createStepUp(
  hook: (event: StepUpEvent) => MaybePromise<TokenSet | null | undefined>,
  session: Session,
  subscribe: (listener: () => void) => () => void,
  tell: (error: string) => void,
  failed: (error: unknown) => void,
): StepUp {
  const flights = singleFlight<string, boolean>()
  const waiting = new Set<() => void>()
  /** Questions that the app has not answered; those whose answer is not saved, as well. */
  let asking = 0
  let open = 0
  let answered: { readonly question: string; readonly generation: number } | undefined
  return {
    isAsking: () => asking > 0,
    isSaving: (phase) => open > 0 && session.isSaving(phase),
    leave() {
      for (const leave of waiting) leave()
    },
    async ask(error, challenge, sent) {
      const { scope: more, acr_values: acrValues, max_age, claims } = challenge?.params ?? {}
      const maxAge = /^\d{1,9}$/.test(max_age ?? '') ? Number(max_age) : undefined
      const before = session.phase
      // With the new scope alone the app would lose what it has.
      const scope = more && [...new Set(`${tokenSetOf(before.held)?.scope ?? ''} ${more}`.trim().split(/ +/))].join(' ')
      const question = JSON.stringify([before.epoch, error, more, acrValues, maxAge, claims])
      if (sent && answered?.question === question && sent.generation < answered.generation) return true
      return flights.join(question, async () => {
        asking++
        open++
        tell(error)
        let leave = (): void => {}
        const left = new Promise<null>((resolve) => {
          leave = () => resolve(null)
        })
        waiting.add(leave)
        // A dialog may stay open for ever; nobody waits for it once the session is another one, or over.
        const stop = subscribe(() => isSameSession(session.phase, before, false) || leave())
        // What it throws is told also when nobody waits for it any more.
        const answer = (async () => hook({ error, challenge, scope, acrValues, maxAge, claims }))().catch(failed)
        const tokens = await Promise.race([answer, left])
        // What is set while the answer is being saved is no answer any more.
        asking--
        waiting.delete(leave)
        stop()
        // An answer for a session that is over must not bring it back; and of a store that failed the app has heard.
        if (tokens && isSameSession(session.phase, before, false))
          await session.signIn(tokens, true, true).catch((thrown) => isAuthError(thrown, 'ERR_STORAGE') || failed(thrown))
        open--
        const { generation } = session.phase
        const isAnswered = isSameSession(session.phase, before, false) && generation > before.generation
        if (isAnswered) answered = { question, generation }
        return isAnswered
      })
    },
  }
}
