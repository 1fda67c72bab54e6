import { type EventKind, type Owner, type Pending, Scheduler } from '../scheduler'
import type { Choices } from './choices'
import type { Observed } from './observed'

/** Thrown where a way joins one that was gone already. */
export class Joined extends Error {}

/** What may happen instead of the next event, at any moment: the one fault. */
export interface Turn {
  readonly name: string
  readonly isPossible: () => boolean
  readonly take: () => void
}

/**
 * Lets the choices say which event comes next, of all that are due at some time: the network, the store and the lock may take any
 * time, so every order is possible. A timer fires when nothing else can happen.
 */
export class ChoosingScheduler extends Scheduler {
  private readonly names = new Map<Pending, string>()
  turns: readonly Turn[] = []
  /** What the API says is here before anything else happens. */
  isApiAtOnce = false
  /** Nothing is chosen: the order is that of the queue. Before the search, and after it. */
  isOver = true

  constructor(
    private readonly choices: Choices,
    private readonly observed: Observed,
    private readonly visited: Set<string>,
    private readonly shared: () => string,
  ) {
    super({ next: () => 0.5 })
  }

  override after(delay: number, owner: Owner | undefined, run: () => void, kind?: EventKind): Pending {
    const pending = super.after(delay, owner, run, kind)
    this.names.set(pending, this.observed.nameOfNext())
    return pending
  }

  protected override take(end: number): Pending | undefined {
    if (this.isOver) return super.take(end)
    if (this.choices.isNew) this.visit()
    const able = this.able()
    const turns = this.turns.filter(({ isPossible }) => isPossible())
    const among = able.length + (able.length ? turns.length : 0)
    const taken = among > 1 ? this.choices.choose(among) : 0
    const turn = turns[taken - able.length]
    if (able.length && turn) {
      this.observed.begins(`turn ${turn.name}`, turn.name)
      return { at: this.now, order: 0, owner: undefined, kind: 'event', run: turn.take }
    }
    const next = able[taken] ?? super.take(end)
    if (able.length && next) this.queue.splice(this.queue.indexOf(next), 1)
    if (next) this.observed.begins(this.nameOf(next), next.owner?.name)
    return next
  }

  /** The events that may come next, named alike in every order. */
  private able(): readonly Pending[] {
    const able = this.queue
      .filter(({ kind, owner }) => kind !== 'timer' && !owner?.isDead)
      .sort((one, other) => (this.nameOf(one) < this.nameOf(other) ? -1 : 1))
    const atOnce = this.isApiAtOnce && able.find(({ kind }) => kind === 'api')
    return atOnce ? [atOnce] : able
  }

  private visit(): void {
    const pending = this.queue.filter(({ owner }) => !owner?.isDead).map((event) => this.nameOf(event))
    const state = this.observed.state(`${pending.sort().join()} ${this.now} ${this.shared()}`)
    if (this.visited.has(state)) throw new Joined()
    this.visited.add(state)
  }

  private nameOf(pending: Pending): string {
    return this.names.get(pending) ?? ''
  }
}
