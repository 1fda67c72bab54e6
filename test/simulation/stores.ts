import {
  type AuthenticatedClientOptions,
  asyncStorageStore,
  type StoredSession,
  sameTokens,
  type TokenSet,
  type TokenStore,
  webStorageStore,
} from 'authenticated-client'
import { type Cell, refreshTokenOf } from './cell'
import { readFaults, writeFaults } from './faults'
import type { Tab } from './tab'
import type { World } from './world'

type Stored = StoredSession | null

/** How one tab reaches the cell: a compare-and-swap store, the package's own, or an app's callbacks; at once, or in events. */
export function storeOptions(world: World, tab: Tab, cell: Cell): AuthenticatedClientOptions {
  const { plan, random, scheduler } = world
  const isAsync = /async/.test(plan.store)
  const isPlain = plan.store.startsWith('plain')
  // The package's own store waits for its writes by the machine's clock: a hung one would hold up the whole world.
  const isOwn = plan.store.endsWith('storage')
  const readKinds = readFaults.filter((kind) => kind === 'throw' || (isAsync && !plan.readsAtOnce && !(isOwn && kind === 'hang')))
  const writeKinds = writeFaults.filter((kind) => (isAsync || !/hang|lag/.test(kind)) && !(isOwn && /hang|says-false/.test(kind)))
  // What a tab shows of the cell while its own state lags behind.
  let shown = cell.value

  // What comes past the client's own limit is no longer waited for.
  const isInTime = (asked: number): boolean => scheduler.now - asked < (plan.refreshTimeout ?? 10_000)

  const saw = (value: Stored, isPast = false): Stored => {
    tab.wire.saw(value, isPast)
    tab.shown = refreshTokenOf(value)
    if (tab.stage === 'locked') tab.stage = 're-read'
    if (tab.stage === 'checking') tab.stage = 'checked'
    return value && { ...value }
  }

  // A tab that was killed in the middle of something does no more, though its microtasks run on.
  const fromTheGrave = (): Promise<never> => {
    if (isAsync) return new Promise(() => {})
    throw new Error('This tab is dead')
  }

  const read = (): Stored | Promise<Stored> => {
    if (tab.isDead) return fromTheGrave()
    const fault = world.fault('read', plan.storeFaults, readKinds)
    // The look before a save, where the store itself can't compare.
    if (tab.stage === 'received' && (isPlain || plan.store === 'async-storage')) tab.stage = 'checking'
    if (!isAsync || plan.readsAtOnce) {
      if (fault) throw new Error('The store can not be read')
      return saw(plan.store === 'plain-lagging' ? shown : cell.value)
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
      const asked = scheduler.now
      const { turns } = tab
      scheduler.after(world.latency() + lag, tab, () => {
        const { value } = early ?? cell
        world.tell(tab.name, `reads ${world.nameOf(refreshTokenOf(value))}`)
        resolve(isInTime(asked) ? saw(value, tab.turns !== turns) : value)
      })
    })
  }

  const write = (next: Stored, land: (signsOut: boolean) => boolean): boolean | Promise<boolean> => {
    if (tab.isDead) return fromTheGrave()
    // A logout has long given up when what it wrote lands at last.
    const signsOut = tab.logoutsRunning > 0
    if (/received|check/.test(tab.stage)) tab.stage = 'saving'
    const fault = world.fault('write', plan.storeFaults, writeKinds)
    if (fault && fault !== 'lag') world.tell(tab.name, `store fault: ${fault}`)
    if (fault === 'says-false') return isAsync ? Promise.resolve(false) : false
    if (!isAsync) {
      if (fault === 'throw-before') throw new Error('The store is full')
      const isTaken = land(signsOut)
      if (fault) throw new Error('The store broke')
      if (isTaken) tab.sessions.saved(next)
      return isTaken
    }
    const asked = scheduler.now
    return new Promise((resolve, reject) => {
      if (fault === 'hang-before') return
      const lag = fault === 'lag' ? 500 + random.below(14_000) : 0
      scheduler.after(world.latency() + lag, tab, () => {
        if (fault === 'throw-before') return reject(new Error('The store is full'))
        const isTaken = land(signsOut)
        if (fault === 'hang-after') return
        scheduler.after(world.latency(), tab, () => {
          if (fault === 'throw-after') return reject(new Error('The store broke'))
          if (isTaken && isInTime(asked)) tab.sessions.saved(next)
          resolve(isTaken)
        })
      })
    })
  }

  const put = (next: Stored): unknown =>
    write(next, (signsOut) => {
      cell.apply(tab, next, signsOut)
      return true
    })

  const options = (store: TokenStore): AuthenticatedClientOptions => ({
    store: { ...store, lock: plan.lockIsOption ? undefined : tab.lock, ...(plan.hints ? {} : { subscribe: undefined }) } as TokenStore,
    ...(plan.lockIsOption && tab.lock ? { lock: tab.lock } : {}),
  })
  const textOf = (session: Stored): string | null => (session ? JSON.stringify({ version: 1, session }) : null)
  const sessionIn = (text: string): Stored => (JSON.parse(text) as { session: StoredSession }).session

  switch (plan.store) {
    case 'cas-sync':
    case 'cas-async':
      return options({
        read,
        subscribe: (listener) => cell.subscribe(tab, listener),
        write: (next, expected) =>
          write(next, (signsOut) => {
            const isTaken = sameTokens(cell.value, expected)
            if (isTaken) cell.apply(tab, next, signsOut)
            else world.tell(tab.name, `store: moved, holds ${world.nameOf(cell.refreshToken)}`)
            return isTaken
          }),
      })
    case 'web-storage': {
      const storage = {
        getItem: () => textOf(read() as Stored),
        setItem: (_: string, text: string) => void put(sessionIn(text)),
        removeItem: () => void put(null),
      }
      const own = webStorageStore('simulation', { storage })
      return options({ ...own, subscribe: (listener) => cell.subscribe(tab, listener) })
    }
    case 'async-storage': {
      const storage = {
        getItem: async () => textOf(await read()),
        setItem: async (_: string, text: string) => put(sessionIn(text)),
        removeItem: async () => put(null),
      }
      return options(asyncStorageStore('simulation', storage))
    }
    case 'plain-lagging':
      cell.subscribe(tab, () => {
        shown = cell.value
      })
  }
  return {
    getTokens: read as () => TokenSet | null | Promise<TokenSet | null>,
    saveTokens: (next) => put(next),
    ...(plan.clearsInOnLogout ? {} : { clearTokens: () => put(null) }),
    ...(tab.lock ? { lock: tab.lock } : {}),
  }
}
