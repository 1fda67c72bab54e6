import { type AuthenticatedClientOptions, type StoredSession, sameTokens, type TokenSet, type TokenStore } from 'authenticated-client'
import { type Cell, refreshTokenOf } from './cell'
import { readFaults, writeFaults } from './faults'
import type { Tab } from './tab'
import type { World } from './world'

type Stored = StoredSession | null

/** How one tab reaches the cell: a compare-and-swap store, or an app's callbacks; at once, or with an event for each leg. */
export function storeOptions(world: World, tab: Tab, cell: Cell): AuthenticatedClientOptions {
  const { plan, random, scheduler } = world
  const isSync = plan.store.endsWith('sync') && !plan.store.endsWith('async')

  const saw = (value: Stored): Stored => {
    tab.wire.saw(value)
    return value && { ...value }
  }

  const read = (): Stored | Promise<Stored> => {
    const fault = world.fault('read', plan.storeFaults, isSync ? ['throw'] : readFaults)
    if (isSync) {
      if (fault) throw new Error('The store can not be read')
      return saw(cell.value)
    }
    return new Promise((resolve, reject) => {
      if (fault === 'hang') return
      if (fault === 'throw') {
        scheduler.after(world.latency(), tab, () => reject(new Error('The store can not be read')))
        return
      }
      // What it answers is what was true when it was asked, or when it answers.
      const early = random.chance(0.5) ? { value: cell.value } : undefined
      const lag = fault === 'lag' ? 500 + random.below(12_000) : 0
      scheduler.after(world.latency() + lag, tab, () => {
        world.tell(tab.name, `reads ${world.nameOf(refreshTokenOf((early ?? cell).value))}`)
        resolve(saw((early ?? cell).value))
      })
    })
  }

  const write = (swap: () => boolean): boolean | Promise<boolean> => {
    tab.phase = tab.phase === 'received' ? 'saving' : tab.phase
    const fault = world.fault('write', plan.storeFaults, isSync ? ['throw-before', 'throw-after', 'says-false'] : writeFaults)
    if (fault && fault !== 'lag') world.tell(tab.name, `store fault: ${fault}`)
    if (fault) tab.wire.writeFailed()
    if (fault === 'says-false') return isSync ? false : Promise.resolve(false)
    if (isSync) {
      if (fault === 'throw-before') throw new Error('The store is full')
      const isTaken = swap()
      if (fault) throw new Error('The store broke')
      return isTaken
    }
    return new Promise((resolve, reject) => {
      if (fault === 'hang-before') return
      const lag = fault === 'lag' ? 500 + random.below(14_000) : 0
      scheduler.after(world.latency() + lag, tab, () => {
        if (fault === 'throw-before') return reject(new Error('The store is full'))
        const isTaken = swap()
        if (fault === 'hang-after') return
        scheduler.after(world.latency(), tab, () => (fault === 'throw-after' ? reject(new Error('The store broke')) : resolve(isTaken)))
      })
    })
  }

  if (plan.store.startsWith('cas')) {
    const swap = (next: Stored, expected: Stored): boolean => {
      const isTaken = sameTokens(cell.value, expected)
      if (isTaken) cell.apply(tab, next)
      else world.tell(tab.name, `store: moved, holds ${world.nameOf(cell.refreshToken)}`)
      return isTaken
    }
    const store: TokenStore = {
      read,
      write: (next, expected) => write(() => swap(next, expected)),
      ...(plan.hints ? { subscribe: (listener: () => void) => cell.subscribe(tab, listener) } : {}),
      ...(plan.lockIsOption || !tab.lock ? {} : { lock: tab.lock }),
    }
    return { store, ...(plan.lockIsOption && tab.lock ? { lock: tab.lock } : {}) }
  }
  const save = (next: Stored): unknown => {
    const written = write(() => {
      cell.apply(tab, next)
      return true
    })
    return written
  }
  return {
    getTokens: read as () => TokenSet | null | Promise<TokenSet | null>,
    saveTokens: (next) => save(next),
    ...(plan.clearsInOnLogout ? {} : { clearTokens: () => save(null) }),
    ...(tab.lock ? { lock: tab.lock } : {}),
  }
}
