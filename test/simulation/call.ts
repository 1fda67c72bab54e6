import { inspect } from 'node:util'
import { isAuthError } from 'authenticated-client'
import type { TokenFamily } from 'authenticated-client/testing'
import { hasToken } from './authorization-server'
import { excused } from './excuses'
import { lostKey } from './key-store'
import type { Sent } from './network'
import type { Tab } from './tab'
import type { World } from './world'

/** One call of an app, from its beginning to its one outcome: I4, I6, I7, I13. */
export class Call {
  readonly begun: number
  readonly beganAs: string
  readonly beganInTurn: number
  sends: (TokenFamily | undefined)[] = []
  outcome: string | undefined
  reason: unknown
  /** What else than credentials its answers may ask for: one more send each. */
  readonly causes = new Set<string>()
  /** The origin that it is for. */
  origin = ''
  /** Whose session it first went out for. */
  private spokeFor: { readonly family: TokenFamily | undefined } | undefined
  /** Its answer came from another origin than it was sent to: what that asks for is not for us to give. */
  private isLedAway = false
  /** Its caller aborts. */
  leave: () => void = () => {}

  constructor(
    private readonly world: World,
    private readonly tab: Tab,
    readonly name: string,
    readonly isSafe: boolean,
    readonly isOneShot: boolean,
  ) {
    this.begun = world.scheduler.step
    this.beganInTurn = tab.turns
    this.beganAs = tab.client.state.status
    world.tell(tab.name, `begins ${name} (${this.beganAs})`)
  }

  sent({ accessToken, scheme }: Sent): void {
    const { world, tab, name } = this
    const family = world.ownerOf(accessToken)
    if (accessToken && !family) world.violate('I6', `${name} carries an unknown token`)
    if (this.outcome) world.violate('I4', `${name} is sent after it has settled`)
    if (this.isLedAway) world.violate('I7', `${name} is sent again though its answer came from elsewhere`)
    // Whoever shows a password or a key of its own speaks for no session.
    const isOwn = scheme !== undefined && !accessToken
    if (!isOwn && this.spokeFor === undefined) this.beginsWith(family)
    else if (!isOwn && this.spokeFor?.family !== family && !this.mayBeAnother(family))
      world.violate('I6', `${name} went out for ${labelOf(this.spokeFor?.family)}, then for ${labelOf(family)}`)
    if (!isOwn) this.spokeFor ??= { family }
    if (family && world.plan.stepUp !== 'no hook' && this.causes.size) world.count('window: sent after another answer')
    // Another refresh token in the store begins a session anew (rule 15), also where somebody without a lock brings it back.
    const isBroughtBack = (): boolean => tab.hasLeftUnseen && (excused('it was brought back', world, family) || isSavedAgain())
    const { replaced, cleared } = world.ledger
    const wasGone = family !== undefined && (replaced.has(family) || cleared.has(family))
    const isSavedAgain = (): boolean => wasGone && excused('writes are no swaps', world)
    const isAnother = (): boolean => excused('a rotation looks like a sign-in', world) || excused('a person answered late', world, family)
    if (family && tab.sessions.over.has(family) && !isAnother() && !isBroughtBack()) {
      const when = tab.hasLeftUnseen ? 'I10 after a logout while restoring' : 'I10 after a logout'
      world.violate(when, `${name} goes out for ${labelOf(family)}, which this tab has signed out of`)
    }
    this.sends.push(family)
    if (this.sends.length > 2 + this.causes.size) world.violate('I7', `${name} is sent ${this.sends.length} times`)
    if (this.sends.length > 1 && this.isOneShot) world.violate('I7', `${name} is sent again though its body can't be`)
    if (this.sends.length > 1) world.count('window: replay')
    if (tab.isDisposed) world.violate('I12', `${name} is sent after dispose()`)
  }

  /** @param from whose answer it is. */
  answered(url: string, from: string): void {
    this.isLedAway ||= new URL(url).origin !== new URL(from).origin
  }

  private mayBeAnother(family: TokenFamily | undefined): boolean {
    const { world, tab, isSafe, spokeFor } = this
    // A person was asked for more, and gave it for the session that the store showed by then.
    const isGiven = family !== undefined && [...tab.given].some((token) => world.ownerOf(token) === family)
    return (
      ((isSafe || isGiven) && excused('sign-ins look alike', world)) ||
      excused('two sign-ins of one user are one', world, spokeFor?.family, family)
    )
  }

  /** Whose token a call first goes out with. */
  private beginsWith(family: TokenFamily | undefined): void {
    const { world, tab, name } = this
    const signIn = family && world.ledger.signIns.get(family)
    if (!signIn || signIn.begun <= this.begun) return
    // While restoring a sign-in says whose session it is; one after a sign-out, or after another, is somebody else's.
    if (this.beganAs === 'restoring' && tab.turns - this.beganInTurn < 2) return
    // What the store shows is looked up after a call has begun: what another tab signed in to meanwhile counts (see excuses).
    if (signIn.by !== tab) return
    const was = this.beganAs === 'authenticated' ? 'for a session' : 'while nobody was signed in'
    world.violate(`I6 ${was}, here`, `${name} goes out for ${labelOf(family)}, who signed in here after it began`)
  }

  gave(accessToken: string, origin: string): void {
    const family = this.world.ownerOf(accessToken)
    if (!family) this.world.violate('I6', `${this.name} gives an unknown token`)
    else if (!this.world.isFor(accessToken, origin)) this.world.violate('I3', `${this.name} gives a token that is not for ${origin}`)
    this.beginsWith(family)
    this.settles('a token')
  }

  settles(outcome: string): void {
    const { world, tab, name } = this
    world.tell(tab.name, `${name} settles: ${outcome}`)
    if (this.outcome) world.violate('I4', `${name} settles twice`)
    this.outcome = outcome
  }

  fails(error: unknown): void {
    const { world, tab, name } = this
    this.settles(`${(error as Error)?.name}: ${(error as Error)?.message}`)
    const isNetwork = error instanceof TypeError && error.message === 'fetch failed'
    const isTheirs = isAuthError(error) || isNetwork || error === this.reason || (error as Error)?.message === lostKey
    if (isAuthError(error, 'ERR_REFRESH_UNAVAILABLE') && isUndisturbed(world))
      world.violate('I11', `${name} is told that no refresh can be had, though nothing has failed`)
    const { families } = world.server
    // A sign-out ends the calls that were begun before it, even where nobody was signed in.
    const hasLeft = tab.hasLoggedOut && tab.turns > this.beganInTurn
    const wasOneSession =
      families.length === 1 && !hasLeft && world.ledger.loggedOut.size + world.ledger.cleared.size + tab.sessions.refused.size === 0
    if (isAuthError(error, 'ERR_SESSION_CHANGED') && wasOneSession && !excused('sign-ins look alike', world))
      world.violate('I6', `${name} is told of another session, though there was but one`)
    if (!isTheirs) world.violate('I4', `${name} fails with what nobody threw: ${inspect(error)}`)
    if ((world.seed % 16 === 0 || world.violations.length) && hasToken(inspect(error)))
      world.violate('I13', `a token in the error of ${name}`)
    world.count(`settled ${(error as Error)?.name}`)
    const until = Number((error as { retryAt?: number }).retryAt ?? 0) - tab.now()
    if (until > 0) world.retryAt = Math.max(world.retryAt, world.scheduler.now + until)
  }
}

/** Nothing has happened that a refresh may fail for. What users do, such as signing out or aborting, is no such thing. */
function isUndisturbed({ plan, happened }: World): boolean {
  const disturbances = ['token endpoint', 'key', 'lock', 'read', 'write', 'foreign', 'freeze', 'kill', 'jump']
  const isPunctual = !plan.ghosts && plan.refreshTimeout === undefined
  return isPunctual && /^(shared|lease|process|none)$/.test(plan.lock) && !disturbances.some((event) => happened.has(event))
}

function labelOf(family: TokenFamily | undefined): string {
  return family ? `${family.sub}/s${family.id}` : 'nobody'
}
