import type { Random } from './random'

/** Whose event it is: a tab that may be killed or frozen; the servers are never. */
export interface Owner {
  readonly name: string
  isDead: boolean
  frozenUntil: number
}

/** What it is: a timer of a client's, an API's part in a call, what one tab brings about in another, or anything else. */
export type EventKind = 'timer' | 'api' | 'grant' | 'hint' | 'event'

export interface Pending {
  at: number
  readonly order: number
  readonly owner: Owner | undefined
  readonly kind: EventKind
  readonly run: () => void
}

const mostSteps = 30_000

/** Virtual time, and the one owner of every await point: one event at a time, then all microtasks, then the next. */
export class Scheduler {
  now = 0
  step = 0
  /** The next one last. */
  readonly queue: Pending[] = []

  constructor(private readonly random: Pick<Random, 'next'>) {}

  after(delay: number, owner: Owner | undefined, run: () => void, kind: EventKind = 'event'): Pending {
    const pending = { at: this.now + delay, order: this.random.next(), owner, kind, run }
    this.insert(pending)
    return pending
  }

  cancel(pending: Pending | undefined): void {
    const index = pending ? this.queue.indexOf(pending) : -1
    if (index >= 0) this.queue.splice(index, 1)
  }

  /** @throws where the world doesn't come to rest. */
  async runUntil(end: number, isDone: () => boolean = () => false): Promise<void> {
    await drained()
    while (!isDone()) {
      const next = this.take(end)
      if (!next) {
        this.now = Math.max(this.now, end)
        return
      }
      if (next.owner?.isDead) continue
      if (next.owner && next.owner.frozenUntil > next.at) {
        next.at = next.owner.frozenUntil
        this.insert(next)
        continue
      }
      await this.fire(next)
    }
  }

  /** Runs one event, which is out of the queue, and all microtasks after it. */
  protected fire(next: Pending): Promise<void> {
    this.now = Math.max(this.now, next.at)
    if (++this.step > mostSteps) throw new Error('The world does not come to rest')
    next.run()
    return drained()
  }

  /** The next event, if it is due by then, out of the queue. */
  protected take(end: number): Pending | undefined {
    const next = this.queue.at(-1)
    return next && next.at <= end ? this.queue.pop() : undefined
  }

  private insert(pending: Pending): void {
    let low = 0
    let high = this.queue.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = this.queue[middle]!
      if (other.at > pending.at || (other.at === pending.at && other.order > pending.order)) low = middle + 1
      else high = middle
    }
    this.queue.splice(low, 0, pending)
  }
}

/** The product runs on real microtasks; an immediate comes after the last of them, and after unhandled rejections are reported. */
function drained(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
