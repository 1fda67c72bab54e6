import type { StoredSession } from 'authenticated-client'
import type { Tab } from './tab'
import type { World } from './world'

/** The one place where the session of all tabs is stored. What is written here is checked at once. */
export class Cell {
  value: StoredSession | null
  /** The step of its last change. */
  since = 0
  private readonly listeners = new Map<Tab, Set<() => void>>()

  constructor(
    private readonly world: World,
    initial: StoredSession | null,
  ) {
    this.value = initial
  }

  get refreshToken(): string | undefined {
    return refreshTokenOf(this.value)
  }

  apply(tab: Tab, next: StoredSession | null): void {
    const { world, value } = this
    const kept = next && 'accessToken' in next && world.plan.ids !== 'session-id' ? { ...next, sessionId: undefined } : next
    world.tell(tab.name, `stored: ${world.nameOf(refreshTokenOf(next))} over ${world.nameOf(this.refreshToken)}`)
    tab.sessions.stored(value, next)
    this.value = kept
    this.since = world.scheduler.step
    if (tab.phase === 'received' || tab.phase === 'saving') tab.phase = 'saved'
    for (const [other, listeners] of this.listeners) {
      for (const listener of listeners) world.scheduler.after(world.latency(), other, listener)
    }
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
