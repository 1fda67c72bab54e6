import type { StoredSession } from 'authenticated-client'
import type { TokenFamily } from 'authenticated-client/testing'
import type { Tab } from './tab'
import type { World } from './world'

type Stored = StoredSession | null

/** The one place where the session of all tabs is stored. What is written here is checked at once. */
export class Cell {
  value: Stored
  /** The step of its last change. */
  since = 0
  /** The serial of the newest pair of each session that it has held. */
  private readonly newest = new Map<TokenFamily, number>()
  /** All refresh tokens that it has held. */
  readonly held = new Set<string>()
  /** An older pair was written over a newer one of the same session. */
  hasGoneBack = false
  private readonly listeners = new Map<Tab, Set<() => void>>()

  constructor(
    private readonly world: World,
    initial: Stored,
  ) {
    this.value = initial
  }

  get refreshToken(): string | undefined {
    return refreshTokenOf(this.value)
  }

  /** @param signsOut whether its app was signing out when this was asked for. */
  apply(tab: Tab, next: Stored, signsOut: boolean): void {
    const { world, value } = this
    const kept = next && 'accessToken' in next && world.plan.ids !== 'session-id' ? { ...next, sessionId: undefined } : next
    world.tell(tab.name, `stored: ${world.nameOf(refreshTokenOf(next))} over ${world.nameOf(this.refreshToken)}`)
    tab.sessions.stored(value, next, signsOut)
    if (next && /received|check|saving/.test(tab.stage)) tab.stage = 'saved'
    this.put(kept)
  }

  /** As it is, by whomever. */
  put(next: Stored): void {
    const { world } = this
    const { server } = world
    const now = server.refreshTokens.get(refreshTokenOf(next) ?? '')
    if (now && now.serial < (this.newest.get(now.family) ?? 0)) this.hasGoneBack = true
    else if (now) this.newest.set(now.family, now.serial)
    this.value = next
    if (this.refreshToken) this.held.add(this.refreshToken)
    this.since = world.scheduler.step
    this.hint()
  }

  /** Tells every tab that something has changed, each in its own time. */
  hint(): void {
    const { world } = this
    for (const [other, listeners] of this.listeners)
      for (const listener of listeners) world.scheduler.after(world.latency(), other, listener, 'hint')
  }

  subscribe(tab: Tab, listener: () => void): () => void {
    const listeners = this.listeners.get(tab) ?? new Set()
    this.listeners.set(tab, listeners.add(listener))
    return () => void listeners.delete(listener)
  }
}

export function refreshTokenOf(stored: StoredSession | null | undefined): string | undefined {
  return stored && 'refreshToken' in stored ? stored.refreshToken : undefined
}
