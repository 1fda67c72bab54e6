import type { LogoutEvent, SessionState, StoredSession } from 'authenticated-client'
import type { TokenFamily } from 'authenticated-client/testing'
import { hasToken, nameOf } from './authorization-server'
import { refreshTokenOf } from './cell'
import { excused } from './excuses'
import type { Tab } from './tab'
import type { World } from './world'

export interface SignIn {
  /** Who set its tokens last; nobody, where an app put them in the place of its own. */
  readonly tab: Tab | undefined
  /** Who signed in: a step-up proves more of the same session. */
  readonly by: Tab | undefined
  readonly begun: number
  readonly refreshToken: string
  settled?: number
  /** When the store said that it holds the very pair. */
  saved?: number
  /** The store had not been read yet: whatever it holds is older, for all that the tab can know. */
  readonly whileRestoring: boolean
}

/** What all tabs together know of each sign-in. */
export class Ledger {
  readonly signIns = new Map<TokenFamily, SignIn>()
  /** Sessions that a foreign writer put back where the store held none, or another one. */
  readonly broughtBack = new Set<TokenFamily>()
  /** Sessions that a tab saved once more where the store had held the very same pair, and held another one since, or none. */
  readonly savedAgain = new Set<TokenFamily>()
  /** Families that an app wanted to be over. */
  readonly loggedOut = new Set<TokenFamily>()
  /** Families that another one took the place of in the store. */
  readonly replaced = new Set<TokenFamily>()
  /** Families that were taken out of the store, and when. */
  readonly cleared = new Map<TokenFamily, number>()
  /** Families that the store has held. */
  readonly held = new Set<TokenFamily>()
}

/** What is checked where a tab writes the store, or tells its app: I5, I10, I11. */
export class SessionChecks {
  /** Families of which this tab has received `invalid_grant`. */
  readonly refused = new Set<TokenFamily>()
  /** Families that this tab's app has signed out of. */
  readonly over = new Set<TokenFamily>()
  /** The refresh token that this tab held when it heard that its session had ended elsewhere. */
  endedWith: string | undefined
  private readonly heard = new Map<string, number>()
  private readonly begun = new Map<string, number>()
  private status = 'restoring'
  private current = ''
  private endings = 0
  private logouts = 0

  constructor(
    private readonly world: World,
    private readonly tab: Tab,
    private readonly ledger: Ledger,
  ) {}

  stored(before: StoredSession | null, next: StoredSession | null, signsOut: boolean): void {
    const { world, tab, ledger } = this
    const { server, scheduler } = world
    const old = server.refreshTokens.get(refreshTokenOf(before) ?? '')
    const now = server.refreshTokens.get(refreshTokenOf(next) ?? '')
    if (next?.sessionId && now) world.families.set(next.sessionId, now.family)
    if (now) ledger.held.add(now.family)

    if (old && !next) {
      const isAsked =
        signsOut ||
        // Its own sign-in has replaced that session: it may clear what the store still holds of it.
        tab.replaced.has(old.family) ||
        ledger.loggedOut.has(old.family) ||
        [...ledger.loggedOut, ...this.refused].some((family) => excused('two sign-ins of one user are one', world, family, old.family)) ||
        // The server refused the pair that a person gave in a step-up, while the store still holds the one before.
        [...tab.given].some(
          (token) => world.ownerOf(token) === old.family && excused('what a person gave is being saved', world, tab, token),
        )
      const isAlive = server.isLive(old.refreshToken) && !isAsked
      // What was cleared before, and brought back by a late write, is cleared again by any tab that has heard of its end.
      const mayHaveLeft = ledger.cleared.has(old.family) ? world.tabs : [tab]
      const hasLeft = (): boolean => mayHaveLeft.some((one) => excused('it left before it knew of what', world, one))
      if (isAlive && !hasLeft() && !excused('writes are no swaps', world))
        world.violate('I11', `${tab.name} clears ${nameOf(old)}, which is alive`)
      ledger.cleared.set(old.family, scheduler.step)
    }
    if (!now) return
    if (old && old.family !== now.family) ledger.replaced.add(old.family)
    const signIn = ledger.signIns.get(now.family)
    const isUnsaved = tab.unsavedSignIns.has(now.family) && !this.over.has(now.family)
    const isStillSigningIn =
      tab.setting.has(now.family) || (signIn?.tab === tab && signIn.saved === undefined && (signIn.settled === undefined || isUnsaved))
    if (old?.family !== now.family) {
      if (world.cell.held.has(now.refreshToken)) ledger.savedAgain.add(now.family)
      // A session whose consumed pair another tab was refused has not ended while this tab holds the successor.
      const isOver = ledger.loggedOut.has(now.family) || !server.isLive(now.refreshToken)
      const clearedAt = ledger.cleared.get(now.family)
      // The same user has signed in here since, and nothing tells the two sessions apart.
      const isBack = (): boolean =>
        [...ledger.signIns].some(
          ([family, { tab: by, saved = 0 }]) =>
            // What a person gave in a step-up is for whoever of that user is signed in by then.
            (by === tab || tab.given.has(now.refreshToken)) &&
            clearedAt &&
            saved > clearedAt &&
            excused('two sign-ins of one user are one', world, family, now.family),
        )
      if (isOver && clearedAt !== undefined && !isStillSigningIn && !this.writesMayErr() && !isBack())
        world.violate('I10', `${tab.name} writes ${nameOf(now)} back, which had ended`)
      const other = old && ledger.signIns.get(old.family)
      const isOther = other && !excused('two sign-ins of one user are one', world, now.family, old.family)
      const isEarlier =
        isOther && !signIn?.whileRestoring && (signIn?.saved ?? signIn?.settled ?? (signIn ? Number.POSITIVE_INFINITY : 0)) < other.begun
      // A later sign-in of the same user by this tab counts as this one.
      const isMeant = (): boolean =>
        [...ledger.signIns].some(
          ([family, { tab: by, begun }]) =>
            by === tab && other && begun > other.begun && excused('two sign-ins of one user are one', world, family, now.family),
        )
      if (isEarlier && !this.writesMayErr() && !isMeant())
        world.violate('I10', `${tab.name} writes ${nameOf(now)} over ${nameOf(old)}, a later sign-in`)
    } else if (
      now.serial < old.serial &&
      server.isLive(old.refreshToken) &&
      !server.isLive(now.refreshToken) &&
      !excused('writes are no swaps', world) &&
      // It was not consumed yet when its save began; its successor is saved next.
      !excused('what a person gave is being saved', world, tab, now.refreshToken)
    )
      world.violate('I10', `${tab.name} writes ${nameOf(now)}, which is consumed, over ${nameOf(old)}`)
  }

  /** The store has told this tab that it holds what it was given. */
  saved(next: StoredSession | null): void {
    const { scheduler, families } = this.world
    const family = families.get(next?.sessionId ?? '')
    const signIn = family && this.ledger.signIns.get(family)
    if (signIn?.tab === this.tab && signIn.refreshToken === refreshTokenOf(next)) signIn.saved ??= scheduler.step
  }

  loggedOut({ reason, sessionId, error }: LogoutEvent): void {
    const { world, tab, ledger } = this
    world.tell(tab.name, `onLogout ${reason} ${sessionId ?? ''}`)
    world.count(`logout ${reason}`)
    this.logouts++
    this.endedWith = reason === 'ended_elsewhere' ? tab.wire.lastSeen : undefined
    const family = world.families.get(sessionId ?? '')
    if (sessionId) {
      const times = (this.heard.get(sessionId) ?? 0) + 1
      this.heard.set(sessionId, times)
      // Another refresh token in the store begins it anew (rule 15), and then it may end anew.
      const begun = world.plan.listens ? (this.begun.get(sessionId) ?? 0) : times
      if (times > Math.max(1, begun) && !excused('writes are no swaps', world))
        world.violate('I5', `${tab.name} hears onLogout ${times} times for ${sessionId}`)
    }
    if (hasToken(String(error?.stack))) world.violate('I13', 'a token in the error of onLogout')
    const isKnown = family && world.plan.ids === 'session-id' ? this.refused.has(family) : this.refused.size > 0
    if (reason === 'refresh_rejected' && !isKnown) world.violate('I5', `${tab.name} hears refresh_rejected, but nothing was refused`)
    if (reason === 'signed_out' && !tab.hasLoggedOut) world.violate('I5', `${tab.name} hears signed_out, but nobody did`)
    if (reason === 'no_refresh_token') world.violate('I5', `${tab.name} hears no_refresh_token`)
    if (reason === 'ended_elsewhere' && ledger.cleared.size === 0) world.violate('I5', `${tab.name} hears ended_elsewhere, but nobody did`)
  }

  changed(state: SessionState): void {
    const { status, current, begun } = this
    this.status = state.status
    if (status === 'authenticated' && state.status === 'ended') this.endings++
    const id = state.status === 'authenticated' ? (state.sessionId ?? '') : ''
    if (id && id !== current) begun.set(id, (begun.get(id) ?? 0) + 1)
    this.current = id
  }

  /** The world has come to rest: every end was heard. */
  rests(): void {
    if (this.logouts < this.endings)
      this.world.violate('I5', `${this.tab.name} hears onLogout ${this.logouts} times for ${this.endings} endings`)
  }

  private writesMayErr(): boolean {
    return excused('writes are no swaps', this.world) || excused('writes say what they did not do', this.world)
  }
}
