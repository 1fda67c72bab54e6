import type { LogoutEvent, StoredSession } from 'authenticated-client'
import { type Family, nameOf } from './authorization-server'
import { refreshTokenOf } from './cell'
import { mayBeOne, writesAreSwaps, writesSayWhatTheyDid } from './excuses'
import type { Tab } from './tab'
import type { World } from './world'

interface SignIn {
  readonly tab: Tab
  readonly begun: number
  settled?: number
  /** The store had not been read yet: whatever it holds is older, for all that the tab can know. */
  readonly whileRestoring: boolean
}

/** What all tabs together know of each sign-in. */
export class Ledger {
  readonly signIns = new Map<Family, SignIn>()
  /** Families that an app wanted to be over. */
  readonly loggedOut = new Set<Family>()
  /** Families that were taken out of the store, and when. */
  readonly cleared = new Map<Family, number>()
  /** Families that the store has held. */
  readonly held = new Set<Family>()
}

/** What is checked where a tab writes the store, or tells its app: I5, I10, I11. */
export class SessionChecks {
  /** Families of which this tab has received `invalid_grant`. */
  readonly refused = new Set<Family>()
  /** Families that this tab's app has signed out of. */
  readonly over = new Set<Family>()
  private readonly heard = new Map<string, number>()

  constructor(
    private readonly world: World,
    private readonly tab: Tab,
    private readonly ledger: Ledger,
  ) {}

  stored(before: StoredSession | null, next: StoredSession | null): void {
    const { world, tab, ledger } = this
    const { server, scheduler } = world
    const old = server.refreshTokens.get(refreshTokenOf(before) ?? '')
    const now = server.refreshTokens.get(refreshTokenOf(next) ?? '')
    if (next?.sessionId && now) world.families.set(next.sessionId, now.family)
    if (now) ledger.held.add(now.family)

    if (old && !next) {
      const isAsked =
        [...ledger.loggedOut].some((family) => family === old.family || mayBeOne(world, family, old.family)) ||
        tab.logoutsRunning > 0 ||
        tab.hasLeftUnseen
      if (server.isLive(old.refreshToken) && !isAsked && writesAreSwaps(world))
        world.violate('I11', `${tab.name} clears ${nameOf(old)}, which is alive`)
      ledger.cleared.set(old.family, scheduler.step)
    }
    if (!now) return
    const signIn = ledger.signIns.get(now.family)
    const isStillSigningIn = signIn?.tab === tab && signIn.settled === undefined
    if (old?.family !== now.family && writesAreSwaps(world)) {
      // A pair that another tab was refused for, while this one held its successor, has not ended.
      const isOver = ledger.loggedOut.has(now.family) || !server.isLive(now.refreshToken)
      if (isOver && ledger.cleared.has(now.family) && !isStillSigningIn && writesSayWhatTheyDid(world))
        world.violate('I10', `${tab.name} writes ${nameOf(now)} back, which had ended`)
      const other = old && ledger.signIns.get(old.family)
      if (
        other &&
        !signIn?.whileRestoring &&
        (signIn?.settled ?? (signIn ? Number.POSITIVE_INFINITY : 0)) < other.begun &&
        writesSayWhatTheyDid(world)
      )
        world.violate('I10', `${tab.name} writes ${nameOf(now)} over ${nameOf(old)}, a later sign-in`)
    }
    if (old?.family === now.family && server.isLive(old.refreshToken) && !server.isLive(now.refreshToken) && writesAreSwaps(world))
      world.violate('I10', `${tab.name} writes ${nameOf(now)}, which is consumed, over ${nameOf(old)}`)
  }

  loggedOut({ reason, sessionId, error }: LogoutEvent): void {
    const { world, tab, ledger } = this
    world.tell(tab.name, `onLogout ${reason} ${sessionId ?? ''}`)
    world.count(`logout ${reason}`)
    const family = world.families.get(sessionId ?? '')
    if (sessionId) {
      const times = (this.heard.get(sessionId) ?? 0) + 1
      this.heard.set(sessionId, times)
      if (times > 1 && writesAreSwaps(world)) world.violate('I5', `${tab.name} hears onLogout ${times} times for ${sessionId}`)
    }
    if (String(error?.stack).includes('canary')) world.violate('I13', 'a token in the error of onLogout')
    const isKnown = family && world.plan.ids === 'session-id' ? this.refused.has(family) : this.refused.size > 0
    if (reason === 'refresh_rejected' && !isKnown) world.violate('I5', `${tab.name} hears refresh_rejected, but nothing was refused`)
    if (reason === 'signed_out' && !tab.hasLoggedOut) world.violate('I5', `${tab.name} hears signed_out, but nobody did`)
    if (reason === 'no_refresh_token') world.violate('I5', `${tab.name} hears no_refresh_token`)
    if (reason === 'ended_elsewhere' && ledger.cleared.size === 0) world.violate('I5', `${tab.name} hears ended_elsewhere, but nobody did`)
  }
}
