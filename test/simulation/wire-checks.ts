import type { StoredSession } from 'authenticated-client'
import { type Family, nameOf } from './authorization-server'
import { refreshTokenOf } from './cell'
import { rotationsAreSaved, tabsAgreeOnName, tabsAreApart, writesAreSwaps } from './excuses'
import { apiOrigin, type Sent, tokenUrl } from './network'
import type { Tab } from './tab'
import type { Reply } from './token-endpoint'
import type { World } from './world'

/** What is checked where a tab meets the network: I1, I2, I3, I6, I7, I9. */
export class WireChecks {
  /** Refresh tokens whose successor this tab has received, or has read in the store. */
  private readonly outdated = new Map<string, string>()
  private readonly presentations = new Map<string, number>()
  private readonly coolDowns = new Map<Family, number>()
  private open: Sent[] = []
  /** When this tab last got the lock, or began a refresh. */
  private flightStep = 0
  private hasFailedWrite = false

  constructor(
    private readonly world: World,
    private readonly tab: Tab,
  ) {}

  /** Returns what the story should add. */
  sends(sent: Sent): string {
    const { world } = this
    if (sent.url === tokenUrl) {
      this.presents(sent)
      return ''
    }
    const isForeign = !sent.url.startsWith(`${apiOrigin}/`) && !sent.form
    if (isForeign && (sent.accessToken || sent.url.includes('canary'))) world.violate('I3', `a token goes to ${sent.url}`)
    if (sent.call !== undefined) this.tab.calls[sent.call]?.sent(sent)
    return ''
  }

  private presents(sent: Sent): void {
    const { world, tab } = this
    const { server, plan } = world
    const token = sent.form?.get('refresh_token') ?? ''
    const issued = server.refreshTokens.get(token)
    if (!issued) {
      world.violate('I2', 'presents a token that was never issued')
      return
    }
    const name = nameOf(issued)

    const own = this.open.some((other) => familyOf(world, other) === issued.family)
    if (own) world.violate('I1', `two refreshes of ${name} in one tab`)
    if (tabsAreApart(world) && tabsAgreeOnName(world)) {
      const other = world.tabs.find(
        (tab) => tab !== this.tab && !tab.isDead && tab.wire.open.some((open) => familyOf(world, open) === issued.family),
      )
      if (other) world.violate('I1', `${tab.name} and ${other.name} refresh ${name} at once`)
    }
    this.open.push(sent)

    // A plain save that lands late puts the older pair back, and nothing tells.
    const goesBack = !writesAreSwaps(world) && world.happened.has('write')
    const newer = plan.rotates && !goesBack ? this.outdated.get(token) : undefined
    if (newer) world.violate('I2', `${tab.name} presents ${name} though it knows ${newer}`)
    const count = (this.presentations.get(token) ?? 0) + 1
    this.presentations.set(token, count)
    if (count > 1) world.count('window: presents the same token again')
    if (count > 2 && plan.listens) world.violate('I2', `${name} is presented ${count} times in one flight`)
    const until = this.coolDowns.get(issued.family) ?? 0
    if (world.scheduler.now < until && !plan.jumps) world.violate('I2', `${name} is presented inside the cool-down`)

    if (issued.consumedAt !== undefined) {
      world.count('window: presents a consumed token')
      const by = world.tabs.find((tab) => !tab.isDead && tab.turns === 0 && tab.wire.outdated.has(token))
      const isPromised = tabsAreApart(world) && tabsAgreeOnName(world) && rotationsAreSaved(world)
      if (by && isPromised) world.violate('I2', `${tab.name} presents ${name}, of which ${by.name} has received the successor`)
    }
    const stored = server.refreshTokens.get(world.cell.refreshToken ?? '')
    const isSettled = world.cell.since < this.flightStep
    if (stored && isSettled && plan.rotates && stored.family === issued.family && stored.serial > issued.serial && !this.hasFailedWrite)
      world.violate('I9', `${tab.name} presents ${name} though the store holds ${nameOf(stored)}`)
  }

  /** A token request has come to an end for this tab. */
  settled(sent: Sent): void {
    if (sent.url !== tokenUrl) return
    this.open = this.open.filter((other) => other !== sent)
    if (this.tab.phase !== 'received') this.tab.phase = 'idle'
  }

  received(sent: Sent, { issued, isUnreadable, refuses }: Reply): void {
    if (sent.url !== tokenUrl) return
    const token = sent.form?.get('refresh_token') ?? ''
    if (refuses) {
      const family = familyOf(this.world, sent)
      if (family) this.tab.sessions.refused.add(family)
    }
    if (!issued || isUnreadable) return
    this.tab.phase = 'received'
    if (issued.refreshToken !== token) this.learn(issued.refreshToken)
  }

  /** What the store showed this tab. */
  saw(value: StoredSession | null): void {
    const token = refreshTokenOf(value)
    if (token) this.learn(token)
  }

  granted(): void {
    this.flightStep = this.world.scheduler.step
  }

  flightStarts(): void {
    this.presentations.clear()
    if (this.world.plan.lock !== 'shared' || this.world.happened.has('lock')) this.flightStep = this.world.scheduler.step
  }

  coolsDown(family: Family, until: number): void {
    this.coolDowns.set(family, until)
  }

  writeFailed(): void {
    this.hasFailedWrite = true
  }

  /** Whatever `token` took the place of is a thing of the past. */
  private learn(token: string): void {
    const newest = this.world.server.refreshTokens.get(token)
    if (!newest) return
    for (const older of this.world.server.refreshTokens.values())
      if (older.successor === newest && !this.outdated.has(older.refreshToken)) {
        this.outdated.set(older.refreshToken, nameOf(newest))
        this.learn(older.refreshToken)
      }
  }

  get isRefreshing(): boolean {
    return this.open.length > 0
  }
}

function familyOf(world: World, sent: Sent): Family | undefined {
  return world.ownerOf(sent.form?.get('refresh_token') ?? undefined)
}
