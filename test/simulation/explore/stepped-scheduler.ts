import { type EventKind, type Owner, type Pending, Scheduler } from '../scheduler'
import type { Observed } from './observed'

/** An event that waits for its turn, named alike in every order. */
export interface Waiting {
  readonly name: string
  /** Whose doing it is: of the tab that it belongs to, or for which a server acts. */
  readonly tab: number
  readonly pending: Pending
}

/** Runs whichever event it is told to: the network, the store and the lock may take any time, so every order is possible. */
export class SteppedScheduler extends Scheduler {
  private readonly names = new Map<Pending, { readonly name: string; readonly tab: number }>()

  /** The one tab to which anything happens; `undefined`: whoever is next. */
  only: number | undefined

  constructor(
    private readonly observed: Observed,
    private readonly tabOf: (name: string) => number,
  ) {
    super({ next: () => 0.5 })
  }

  override after(delay: number, owner: Owner | undefined, run: () => void, kind: EventKind = 'event'): Pending {
    const pending = super.after(delay, owner, run, kind)
    const tab = owner ? this.tabOf(owner.name) : this.observed.role
    this.names.set(pending, { name: this.observed.nameOfNext(tab, kind), tab })
    return pending
  }

  protected override take(end: number): Pending | undefined {
    if (this.only === undefined) return super.take(end)
    const next = [...this.queue].reverse().find((pending) => this.names.get(pending)?.tab === this.only && pending.at <= end)
    if (next) this.begins(next)
    return next
  }

  /** All that may still happen: nothing happens to the dead. */
  waiting(): readonly Waiting[] {
    return this.queue.flatMap((pending) => (pending.owner?.isDead ? [] : [{ ...this.names.get(pending)!, pending }]))
  }

  /** One event, and all microtasks after it. */
  runNow({ pending }: Waiting): Promise<void> {
    this.begins(pending)
    return this.fire(pending)
  }

  /** The same for what nobody has scheduled. */
  runTurn(tab: number, event: string, run: () => void): Promise<void> {
    this.observed.begins(event, tab, true)
    return this.fire({ at: this.now, order: 0, owner: undefined, kind: 'event', run })
  }

  private begins(pending: Pending): void {
    const { name, tab } = this.names.get(pending)!
    this.cancel(pending)
    this.names.delete(pending)
    this.observed.begins(name, tab, pending.owner !== undefined)
  }
}
