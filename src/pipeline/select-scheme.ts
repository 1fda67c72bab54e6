import { type Challenge, isScheme } from '../challenge/challenge'
import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import { originOf } from '../platform/origin'
import { textOf } from '../platform/text-of'
import type { AuthScheme, Exchange } from '../schemes/auth-scheme'
import type { Phase } from '../session/phase'
import { tokenSetOf } from '../tokens/token-set'
import type { Schemes } from './pipeline-options'
import type { RequestTemplate } from './request-template'

/** The scheme that a response asks for, and what it says to its challenges. */
export interface Selection {
  readonly scheme: AuthScheme
  /** The challenges of that scheme. */
  readonly ours: readonly Challenge[]
  /** What the scheme says to them; `undefined` where it leaves that to us. */
  readonly answer: 'replay' | 'refresh' | 'return' | undefined
}

/** Chooses among the client's schemes: before a challenge the strongest that can attach, after it the strongest that is asked for. */
export interface SchemeSelector {
  /**
   * Lets schemes attach in turn until one does, and gives that one. The first to be asked is the one that this call is sent again with,
   * else the one that the origin has asked for before; then they come as the app ordered them, the strongest first.
   */
  attach(template: RequestTemplate, phase: Phase): MaybePromise<AuthScheme | undefined>
  /**
   * @param sent the scheme whose credentials were on the request.
   * @param tried the schemes that have answered in this call already, or were given up.
   */
  select(
    challenges: readonly Challenge[],
    phase: Phase,
    exchange: Omit<Exchange, 'answered' | 'attached'>,
    sent: AuthScheme | undefined,
    tried: readonly AuthScheme[],
  ): Selection
  /** The origin of that URL has asked for the scheme: the next call there begins with it, in this session. */
  remember(url: string, scheme: AuthScheme, phase: Phase): void
}

/** Whether one of the schemes can present tokens of that type (RFC 6749 §7.1); tokens without a type go with the strongest scheme. */
export function canAttach(schemes: Schemes, tokenType: string | undefined): boolean {
  if (!tokenType) return true
  const names = schemes.map(lowerName)
  const type = tokenType.toLowerCase()
  // Where DPoP was asked for, a token that is not bound to the key is not taken (RFC 9449 §5).
  return names.includes(type) || (type === 'bearer' && !names.includes('dpop'))
}

/**
 * @param offsetOf how far the clock of that URL's server is ahead of ours, where that is known.
 * @param failed hears what a scheme throws about a challenge: then it has no answer to it (rule 7).
 */
export function createSchemeSelector(
  schemes: Schemes,
  offsetOf: (url: string) => number | undefined,
  failed: (error: unknown) => void,
): SchemeSelector {
  const [first] = schemes
  const strongest = schemes.find(({ usesTokens }) => usesTokens)
  // Tokens of these types are bound to their scheme, whether it is one of ours or not (A47).
  const boundTypes = ['dpop', ...schemes.map(lowerName)]
  /** For each origin the scheme that it asked for, where that isn't the one that we would have begun with. */
  const asked = new Map<string | undefined, AuthScheme>()
  /** The session that it was asked in. */
  let askedIn: number | undefined

  /** Whether a scheme may present what the session holds: a bound token only by its scheme, any other only by the strongest one. */
  const canPresent = (scheme: AuthScheme, phase: Phase): boolean => {
    if (!scheme.usesTokens) return true
    // A token that can't stand in a header is never sent.
    if (!phase.held || phase.expiry.isUnsendable) return false
    const type = textOf(tokenSetOf(phase.held)?.tokenType)?.toLowerCase() // What a store holds may be anything.
    if (type && boundTypes.includes(type)) return type === lowerName(scheme)
    // A client may not use a token whose type it doesn't understand (RFC 6749 §7.1).
    return scheme === strongest && (!type || type === 'bearer')
  }

  const attachFirst = (
    order: readonly AuthScheme[],
    from: number,
    template: RequestTemplate,
    phase: Phase,
  ): MaybePromise<AuthScheme | undefined> => {
    const scheme = order[from]
    if (!scheme) return undefined
    if (canPresent(scheme, phase)) {
      const context = { attempt: template.answered.length, serverTimeOffset: offsetOf(template.url) }
      const attaching = scheme.attach(template, tokenSetOf(phase.held), context)
      // No closure where nothing is waited for: every call comes through here.
      if (isPromise(attaching))
        return Promise.resolve(attaching).then(() => (template.isTouched ? scheme : attachFirst(order, from + 1, template, phase)))
      if (template.isTouched) return scheme
    }
    return attachFirst(order, from + 1, template, phase)
  }

  return {
    attach(template, phase) {
      // Whoever signs in is not to be taken for the guest that an origin has asked for before.
      if (asked.size && askedIn !== phase.epoch) asked.clear()
      const preferred = template.scheme ?? (asked.size ? asked.get(originOf(template.url)) : undefined)
      return attachFirst(preferred ? [preferred, ...schemes.filter((scheme) => scheme !== preferred)] : schemes, 0, template, phase)
    },
    select(challenges, phase, exchange, sent, tried) {
      let refused: Selection | undefined
      for (const scheme of schemes) {
        const ours = challenges.filter((challenge) => isScheme(challenge, scheme.name))
        if (!ours[0] || (scheme !== sent && scheme.usesTokens && phase.held && !canPresent(scheme, phase))) continue
        const answers = ours.map((challenge) => {
          try {
            const said = scheme.answer?.(challenge, { ...exchange, answered: tried.includes(scheme), attached: scheme === sent })
            if (!isPromise(said)) return said
            ;(said as PromiseLike<unknown>).then(undefined, failed)
          } catch (error) {
            failed(error)
          }
          return 'return'
        })
        const own = (['replay', 'refresh', 'return'] as const).find((answer) => answers.includes(answer))
        // Another scheme's credentials were refused: the answer is to present those of this one.
        const answer = own !== 'return' && sent && sent !== scheme && canPresent(scheme, phase) ? 'replay' : own
        const selection = { scheme, ours, answer }
        // While nobody is signed in, a scheme for tokens has nothing to present: another one may.
        if (answer !== 'return' && (phase.held || scheme === sent || !scheme.usesTokens)) return selection
        refused ??= selection
      }
      if (refused) return refused
      // Refused without a challenge, though this origin has asked for that scheme before (elsewhere, perhaps): a stronger one is tried.
      const stronger = challenges[0] || !sent ? [] : schemes.slice(0, schemes.indexOf(sent))
      const next = stronger.find((scheme) => scheme.usesTokens && canPresent(scheme, phase))
      return { scheme: next ?? sent ?? first, ours: [], answer: next && 'replay' }
    },
    remember(url, scheme, { epoch }) {
      if (askedIn !== epoch) asked.clear()
      askedIn = epoch
      if (schemes[1]) asked.set(originOf(url), scheme)
    },
  }
}

function lowerName({ name }: AuthScheme): string {
  return name.toLowerCase()
}
