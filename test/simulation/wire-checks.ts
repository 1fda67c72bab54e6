import type { StoredSession } from 'authenticated-client'
import type { IssuedTokens, TokenFamily } from 'authenticated-client/testing'
import { hasToken, nameOf } from './authorization-server'
import { refreshTokenOf } from './cell'
import { checkCredentials } from './credential-checks'
import { excused } from './excuses'
import { type Sent, tokenUrl } from './network'
import type { Tab } from './tab'
import type { Reply } from './token-endpoint'
import { wallClockStart } from './wall-clock'
import type { World } from './world'

const budget = { attempts: 5, interval: 30_000 }

// Milliseconds: the default leeway, and what a clock may be wrong by.
const farFromSpent = 30_000 + 15_000

/** What is checked where a tab meets the network: I1, I2, I3, I6, I7, I9. */
export class WireChecks {
  /** Refresh tokens that this tab has received, been given, or read in the store, in that order. */
  private readonly seen = new Set<IssuedTokens>()
  /** The one of them that came last. */
  lastSeen: string | undefined
  /** Whether the store has shown this tab anything yet, be it nobody. */
  hasSeenStore = false
  /** Those whose successor it has seen later. */
  private readonly outdated = new Map<string, string>()
  /** Since when it knows that. */
  private readonly outdatedSince = new Map<string, number>()
  private readonly presentations = new Map<string, number>()
  private readonly askedForNonce = new Map<string, number>()
  private readonly coolDowns = new Map<TokenFamily, number>()
  private presented: TokenFamily | undefined
  /** Of each session, the newest access token that this tab has sent. */
  private readonly newest = new Map<TokenFamily, IssuedTokens>()
  /** Access tokens that an API has refused. */
  private readonly refused = new Set<string>()
  private open: Sent[] = []
  /** When this tab last got the lock, or began a refresh. */
  private flightStep = 0
  /** When it got the locks that it holds: a flight of one session may have begun before another one's. */
  private readonly grants = new Set<number>()
  private because = ''
  /** When it received the tokens of each refresh that a 401 had caused. */
  private readonly refreshes: number[] = []
  private receivedAt = 0

  constructor(
    private readonly world: World,
    private readonly tab: Tab,
  ) {}

  sends(sent: Sent): void {
    const { world } = this
    if (sent.url === tokenUrl) this.presents(sent)
    const { origin } = new URL(sent.url)
    const isMisled = sent.accessToken && !world.isFor(sent.accessToken, origin)
    if (isMisled || hasToken(sent.url)) world.violate('I3', `a token goes to ${sent.url}, which it is not for`)
    checkCredentials(world, sent)
    if (sent.call !== undefined && !sent.hop) this.tab.calls[sent.call]?.sent(sent)
    const issued = world.server.accessTokens.get(sent.accessToken ?? '')?.issued
    if (issued && issued.serial > (this.newest.get(issued.family)?.serial ?? 0)) this.newest.set(issued.family, issued)
  }

  /** A redirect takes along what the platform lets it. */
  carries(sent: Sent): void {
    const { world } = this
    checkCredentials(world, sent)
    if (sent.accessToken && !world.isFor(sent.accessToken, new URL(sent.url).origin)) world.violate('I3', `a token is led to ${sent.url}`)
  }

  /** An API has answered, whether it arrives or not. */
  answered({ accessToken }: Sent, { status, headers, asksOnly }: Reply): void {
    if (asksOnly) return
    if (accessToken && (status === 401 || headers['x-expired'])) this.refused.add(accessToken)
  }

  private presents(sent: Sent): void {
    const { world, tab } = this
    const { server, plan, scheduler, happened } = world
    const token = sent.form?.get('refresh_token') ?? ''
    const issued = server.refreshTokens.get(token)
    if (!issued) {
      world.violate('I2', 'presents a token that was never issued')
      return
    }
    const { family } = issued
    const name = nameOf(issued)
    this.presented = family

    const isSecond = this.open.some((other) => familyOf(world, other) === family)
    if (isSecond && !excused('its session was away', world, family, tab) && !excused('its sign-in is being saved', world, tab))
      world.violate('I1', `two refreshes of ${name} in one tab`)
    const rival = world.tabs.find((other) => other !== tab && !other.isDead && other.wire.isRefreshing(family))
    if (rival) {
      world.count('window: two tabs refresh at once')
      if (!excused('tabs are not apart', world, tab, rival) && !excused('tabs know it by another name', world))
        world.violate('I1', `${tab.name} and ${rival.name} refresh ${name} at once`)
    }
    this.open.push(sent)

    if (this.isNeedless(issued)) world.violate('I9', `${tab.name} refreshes ${name}, though nobody has refused its access token`)
    const newer = plan.rotates ? this.outdated.get(token) : undefined
    // With clients for single APIs two refreshes may run at once: what one has read, the other learns only after it has begun.
    const isLate = plan.resources && (this.outdatedSince.get(token) ?? 0) > this.flightStep
    if (newer && !isLate && !this.storeMisleads(token)) world.violate('I2', `${tab.name} presents ${name} though it knows ${newer}`)
    const count = (this.presentations.get(token) ?? 0) + 1
    this.presentations.set(token, count)
    if (count > 1) world.count('window: presents the same token again')
    const clients = 1 + tab.resources.length
    // A request that was refused for its nonce alone has consumed nothing; that may happen twice in a refresh at most.
    const nonces = Math.min(this.askedForNonce.get(token) ?? 0, 2 * clients)
    if (count - nonces > 2 * clients && plan.listens) world.violate('I2', `${name} is presented ${count} times in one flight`)
    const isCoolingDown = scheduler.now < (this.coolDowns.get(family) ?? 0) && !happened.has('jump')
    // A session that comes back without an id, after another sign-in or a sign-out here, or after its end, may be anybody's.
    const wasHere = tab.replaced.has(family) || tab.hasLoggedOut || world.ledger.cleared.has(family)
    if (isCoolingDown && !(wasHere && excused('sign-ins look alike', world)))
      world.violate('I2', `${name} is presented inside the cool-down`)

    if (issued.consumedAt !== undefined) {
      world.count('window: presents a consumed token')
      const by = world.rotatedBy.get(token)
      const isOther = by && by !== tab && !by.isDead && by.turns === 0 && by.wire.outdated.has(token)
      const isKept = isOther && !excused('tabs are not apart', world, tab, by) && !excused('tabs know it by another name', world)
      if (isKept && !excused('the rotation was not saved', world) && !this.storeMisleads(token))
        world.violate('I2', `${tab.name} presents ${name}, of which ${by.name} has received the successor`)
    }
    const stored = server.refreshTokens.get(world.cell.refreshToken ?? '')
    // Only of its own successors: where two pairs were made of one, neither is the newer.
    if (stored && stored !== issued && this.hasLookedSince && plan.rotates && leadsTo(issued, stored))
      if (!this.storeMisleads(token)) world.violate('I9', `${tab.name} presents ${name} though the store holds ${nameOf(stored)}`)
  }

  /**
   * A 401 to an older access token is answered by the newer one, and so is one that another tab has refreshed for: as long as
   * nobody has refused that, and it is good for longer than any leeway.
   */
  private isNeedless(issued: IssuedTokens): boolean {
    const { family, accessToken, refreshToken } = issued
    const { world, newest, refused } = this
    const { plan, happened, server, scheduler } = world
    // Where a tab has several clients, nothing tells which of them began this refresh.
    if (this.because !== 'unauthorized' || happened.has('jump') || plan.resources) return false
    const isGood = (token = ''): boolean =>
      !refused.has(token) && (server.accepts(token)?.expiresAt ?? 0) - wallClockStart - scheduler.now > farFromSpent
    // Where a rotation brought no access token, the one that goes with it was never here.
    const isPair = plan.rotates && !happened.has('token endpoint unusable')
    const sent = newest.get(family)
    // Where two pairs were made of one, the tab may have gone over to the other.
    const isOfOneLine = sent && (leadsTo(sent, issued) || leadsTo(issued, sent))
    return ((isOfOneLine && isGood(sent.accessToken)) || (isPair && isGood(accessToken))) && !this.storeMisleads(refreshToken)
  }

  private storeMisleads(token: string): boolean {
    const { world, tab } = this
    const family = world.ownerOf(token)
    if (excused('what a person gave is being saved', world, tab, token)) return true
    if (excused('the store went back', world, family)) return true
    if (family && world.ledger.savedAgain.has(family) && excused('writes say what they did not do', world)) return true
    return excused('reads lag behind', world) || excused('its sign-in is being saved', world, tab)
  }

  /** Whether one of its refresh tokens that reached this tab is alive: one in an answer that was lost is of no use to anybody. */
  hasLive(family: TokenFamily): boolean {
    const { server } = this.world
    return [...this.seen].some((issued) => issued.family === family && server.isLive(issued.refreshToken))
  }

  /** A token request has come to an end for this tab. */
  settled(sent: Sent): void {
    if (sent.url !== tokenUrl) return
    this.open = this.open.filter((other) => other !== sent)
  }

  received(sent: Sent, { issued, isUnreadable, refuses }: Reply): void {
    if (sent.url !== tokenUrl) return
    const token = sent.form?.get('refresh_token') ?? ''
    if (refuses) {
      const family = familyOf(this.world, sent)
      if (family) this.tab.sessions.refused.add(family)
    }
    if (!issued || isUnreadable) return
    this.tab.stage = 'received'
    this.receivedAt = this.world.scheduler.now
    if (issued.refreshToken !== token) this.learn(issued.refreshToken)
  }

  /** What the store showed this tab. @param isPast whether somebody has signed in or out here since it was asked: the client asks again. */
  saw(value: StoredSession | null, isPast = false): void {
    const { world, tab } = this
    const token = refreshTokenOf(value)
    const family = world.ownerOf(token)
    // What a sign-in while restoring takes the place of is whatever the store shows first.
    if (!this.hasSeenStore && !isPast && tab.signInsRunning && family) tab.replaced.add(family)
    this.hasSeenStore ||= !isPast
    if (token) this.learn(token)
  }

  /** Returns what to call when it lets the lock go. */
  granted(): () => void {
    const { step } = this.world.scheduler
    this.flightStep = step
    this.grants.add(step)
    return () => this.grants.delete(step)
  }

  /** Whether the store is as it was when this tab began the oldest refresh under way. */
  get hasLookedSince(): boolean {
    const { plan, happened, cell } = this.world
    // Where a tab has several clients, only a lock tells which refresh this is.
    if (plan.resources && (plan.lock !== 'shared' || happened.has('lock refused'))) return false
    return cell.since < Math.min(this.flightStep, ...this.grants)
  }

  flightStarts(because: string): void {
    this.because = because
    this.presentations.clear()
    this.askedForNonce.clear()
    if (this.world.plan.lock !== 'shared' || this.world.happened.has('lock')) this.flightStep = this.world.scheduler.step
  }

  flightEnds(outcome: string): void {
    const { world, refreshes } = this
    const { now } = world.scheduler
    // Where a tab has several clients, each has a budget of its own, and nothing tells whose refresh this was.
    if (outcome !== 'refreshed' || this.because !== 'unauthorized' || world.happened.has('jump') || world.plan.resources) return
    refreshes.push(this.receivedAt)
    const recent = refreshes.filter((at) => at > now - budget.interval).length
    if (recent === budget.attempts) world.count('window: the refresh budget is spent')
    if (recent > budget.attempts) world.violate('I7', `${this.tab.name} refreshes ${recent} times in ${budget.interval} ms`)
  }

  coolsDown(until: number, family = this.presented): void {
    if (family) this.coolDowns.set(family, Math.max(until, this.coolDowns.get(family) ?? 0))
  }

  /** The token endpoint has answered: what counts here are the headers, whether the body can be read or not. */
  hears(sent: Sent, { headers, asksOnly }: Reply): void {
    const token = sent.form?.get('refresh_token')
    if (asksOnly && token) this.askedForNonce.set(token, (this.askedForNonce.get(token) ?? 0) + 1)
    const seconds = Number(headers['retry-after'] ?? 0)
    if (seconds) this.coolsDown(this.world.scheduler.now + seconds * 1000, familyOf(this.world, sent))
  }

  isRefreshing(family: TokenFamily): boolean {
    return this.open.some((open) => familyOf(this.world, open) === family)
  }

  /** This tab has seen a refresh token: whichever it has seen of those that led to it are outdated from now on. */
  learn(token: string): void {
    this.lastSeen = token
    const newest = this.world.server.refreshTokens.get(token)
    if (!newest || this.seen.has(newest)) return
    for (const older of this.seen) {
      if (!leadsTo(older, newest)) continue
      this.outdated.set(older.refreshToken, nameOf(newest))
      this.outdatedSince.set(older.refreshToken, this.world.scheduler.step)
    }
    this.seen.add(newest)
  }
}

function familyOf(world: World, sent: Sent): TokenFamily | undefined {
  return world.ownerOf(sent.form?.get('refresh_token') ?? undefined)
}

/** Whether one rotation after the other has made the newer of the older; of itself, too. */
function leadsTo(older: IssuedTokens, newer: IssuedTokens): boolean {
  for (let next: IssuedTokens | undefined = older; next; next = next.successor) if (next === newer) return true
  return false
}
