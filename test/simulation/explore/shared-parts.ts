import type { TokenFamily } from 'authenticated-client/testing'
import type { Sent } from '../network'
import type { Tab } from '../tab'
import type { World } from '../world'

/** What two tabs share, the checks included. Each part is compared as a text. */
export const sharedParts = ['cell', 'server', 'ledger', 'faults', 'retryAt'] as const
/** What there is of each tab, and may matter to a step of the other. */
export const tabParts = ['looked', 'lock', 'rotated', 'checks'] as const
export type Part = (typeof sharedParts)[number] | (typeof tabParts)[number]
export const allParts: readonly Part[] = [...sharedParts, ...tabParts]

/** Private fields of the checks that tell what they compare. */
interface Checks {
  readonly open: readonly Sent[]
  readonly outdated: ReadonlyMap<string, string>
  readonly refused: ReadonlySet<string>
}

/**
 * Watches which of the shared parts are looked at, or changed: whatever reaches for one is seen, the product through the store and
 * the lock, the checks through the world.
 */
export class SharedParts {
  readonly touched = new Set<Part>()
  private readonly raw: Pick<World, 'cell' | 'lock' | 'server' | 'ledger' | 'families' | 'happened' | 'rotatedBy'>
  private readonly tabs: readonly Tab[]
  private readonly hasLooked: (tab: number) => boolean
  private readonly refreshable: () => number
  private readonly retryAt: () => number

  constructor(world: World, faultsLeft: () => number) {
    const { cell, lock, server, ledger, families, happened, rotatedBy, tabs } = world
    this.raw = { cell, lock, server, ledger, families, happened, rotatedBy }
    this.tabs = tabs
    this.refreshable = faultsLeft
    // Names and owners of tokens never change; all else that is looked at counts.
    const nameOf = world.nameOf.bind({ server } as World)
    const ownerOf = world.ownerOf.bind({ server } as World)
    Object.assign(world, { nameOf, ownerOf })
    this.watch(world, 'cell', 'cell')
    this.watch(world, 'lock', 'lock')
    this.watch(world, 'server', 'server')
    this.watch(world, 'ledger', 'ledger')
    this.watch(world, 'families', 'ledger')
    this.watch(world, 'happened', 'faults')
    this.retryAt = this.watch(world, 'retryAt', 'retryAt') as () => number
    this.watch(world, 'rotatedBy', 'rotated', 'checks')
    this.watch(world, 'tabs', 'checks')
    for (const name of ['value', 'held', 'hasGoneBack', 'newest']) this.watch(cell, name, 'cell')
    const since = this.watch(cell, 'since', 'looked') as () => number
    this.watch(lock, 'queues', 'lock')
    const flights = tabs.map((tab) => {
      this.watch(tab.sessions, 'ledger', 'ledger')
      // With it changes whether a sign-in has settled.
      this.watch(tab, 'signInsRunning', 'ledger')
      return this.watch(tab.wire, 'flightStep', 'looked') as () => number
    })
    this.hasLooked = (tab) => since() < flights[tab]!()
  }

  /** Of all, in the order of `sharedParts`. */
  shared(): readonly string[] {
    const { cell, server, ledger, families, happened } = this.raw
    const { newest } = cell as unknown as { newest: ReadonlyMap<TokenFamily, number> }
    const ids = (all: Iterable<TokenFamily>): number[] => [...all].map(({ id }) => id).sort()
    const tokens = [...server.refreshTokens.values()].map(({ family, serial, accessToken, consumedAt, successor }) => [
      [family.id, family.sub, family.revoked],
      [serial, consumedAt, successor?.serial, server.accessTokens.get(accessToken)?.expiresAt],
    ])
    const signIns = [...ledger.signIns].map(([{ id }, { saved, settled }]) => [id, saved === undefined, settled === undefined])
    return [
      JSON.stringify([cell.value, [...cell.held], cell.hasGoneBack, [...newest].map(([{ id }, serial]) => [id, serial])]),
      JSON.stringify(tokens),
      JSON.stringify([
        [ledger.loggedOut, ledger.cleared.keys(), ledger.held, ledger.broughtBack, ledger.savedAgain].map(ids),
        signIns,
        [...families].map(([id, family]) => [id, family.id]),
      ]),
      JSON.stringify([this.refreshable(), [...happened]]),
      String(this.retryAt()),
    ]
  }

  /** Of one tab, in the order of `tabParts`. */
  ofTab(index: number): readonly string[] {
    const { lock, rotatedBy } = this.raw
    const tab = this.tabs[index]!
    const { open, outdated, refused } = tab.wire as unknown as Checks
    const places = [...lock.queues].map(([name, queue]) => [name, queue.flatMap((waiter, place) => (waiter.tab === tab ? [place] : []))])
    const own = [...rotatedBy].flatMap(([token, by]) => (by === tab ? [token] : []))
    const checks = [
      tab.isDead,
      tab.isDead || tab.calls.every(({ outcome }) => outcome),
      tab.turns,
      open.map(({ form }) => form?.get('refresh_token')),
      [...outdated],
      [...refused],
      [...tab.unsavedSignIns].map(({ id }) => id),
    ]
    return [String(this.hasLooked(index)), JSON.stringify(places.filter(([, at]) => at?.length)), own.join(), JSON.stringify(checks)]
  }

  /** Returns how to look without being seen. */
  private watch(owner: object, name: string, ...parts: Part[]): () => unknown {
    const { touched } = this
    let value = (owner as Record<string, unknown>)[name]
    const touch = (): void => {
      for (const part of parts) touched.add(part)
    }
    Object.defineProperty(owner, name, {
      get: () => {
        touch()
        return value
      },
      set: (next: unknown) => {
        touch()
        value = next
      },
    })
    return () => value
  }
}
