import { type HoldOptions, type Lock, LockTimeoutError } from 'authenticated-client'
import { lockFaults } from './faults'
import type { Tab } from './tab'
import type { World } from './world'

interface Waiter {
  readonly tab: Tab
  grant(): void
}

/** A lock in the scheduler's hands, for all tabs that ask for it: first come, first served, each grant an event. */
export class SharedLock {
  readonly queues = new Map<string, Waiter[]>()

  constructor(private readonly world: World) {}

  of(tab: Tab): Lock {
    return { hold: (name, task, options) => this.hold(tab, name, task, options) }
  }

  /** The platform frees what a dead tab held. */
  forget(tab: Tab): void {
    for (const [name, queue] of this.queues) {
      const wasFirst = queue[0]?.tab === tab
      this.queues.set(
        name,
        queue.filter((waiter) => waiter.tab !== tab),
      )
      if (wasFirst) this.next(name)
    }
  }

  /** Names of the tabs that hold or want it. */
  get users(): readonly string[] {
    return [...this.queues.values()].flat().map(({ tab }) => tab.name)
  }

  private next(name: string, slow = 0): void {
    const first = this.queues.get(name)?.[0]
    const grant = (): void => {
      if (first && this.queues.get(name)?.[0] === first) first.grant()
    }
    if (first) this.world.scheduler.after(this.world.latency() + slow, first.tab, grant, 'grant')
  }

  private hold<Result>(tab: Tab, name: string, task: (lost: AbortSignal) => Promise<Result>, options: HoldOptions): Promise<Result> {
    const { world } = this
    const { scheduler, plan, random } = world
    const { signal, waitTimeout } = options
    // A tab that was killed in the middle of something asks for no more.
    if (tab.isDead) return new Promise(() => {})
    const kinds = plan.lock === 'lease' ? lockFaults : lockFaults.filter((kind) => kind !== 'lost')
    const fault = world.fault('lock', plan.lockFaults, kinds)
    world.tell(tab.name, `asks for the lock${fault ? ` (${fault})` : ''}`)
    tab.stage = 'asked'
    return new Promise<Result>((resolve, reject) => {
      if (fault === 'refused') {
        scheduler.after(world.latency(), tab, () => reject(new Error('SecurityError')))
        return
      }
      const waiter: Waiter = {
        tab,
        grant: () => {
          scheduler.cancel(timeout)
          signal?.removeEventListener('abort', abort)
          world.tell(tab.name, 'holds the lock')
          const flown = tab.wire.granted()
          tab.stage = 'locked'
          const lost = new AbortController()
          const release = (): void => {
            const queue = this.queues.get(name) ?? []
            if (!queue.includes(waiter)) return
            world.tell(tab.name, 'lets the lock go')
            flown()
            tab.stage = 'idle'
            this.queues.set(
              name,
              queue.filter((other) => other !== waiter),
            )
            this.next(name)
          }
          if (fault === 'lost')
            scheduler.after(random.below(2_000), undefined, () => {
              lost.abort(new Error('The lease is over'))
              release()
            })
          task(lost.signal).finally(release).then(resolve, reject)
        },
      }
      const leave = (reason: unknown): void => {
        scheduler.cancel(timeout)
        signal?.removeEventListener('abort', abort)
        const queue = this.queues.get(name) ?? []
        const isFirst = queue[0] === waiter
        this.queues.set(
          name,
          queue.filter((other) => other !== waiter),
        )
        if (isFirst) this.next(name)
        reject(reason)
      }
      const abort = (): void => leave(signal?.reason)
      const timeout = scheduler.after(waitTimeout, tab, () => leave(new LockTimeoutError()), 'timer')
      signal?.addEventListener('abort', abort)
      if (fault === 'hang') return
      const queue = this.queues.get(name) ?? []
      this.queues.set(name, [...queue, waiter])
      if (!queue[0]) this.next(name, fault === 'slow' ? random.below(8_000) : 0)
    })
  }
}

/** Locks that break their promise. */
export function brokenLock(world: World, tab: Tab): Lock {
  const kind = world.plan.lock
  return {
    async hold(_, task) {
      world.count(`fault lock ${kind}`)
      tab.stage = 'asked'
      await new Promise<void>((resolve) => world.scheduler.after(world.latency(), tab, resolve))
      if (kind === 'throws') throw new Error('SecurityError')
      if (kind === 'never') return new Promise(() => {})
      const never = new AbortController().signal
      tab.stage = 'locked'
      if (kind === 'runs-nothing') return undefined as never
      if (kind === 'runs-twice') void task(never).catch(() => {})
      return task(never)
    },
  }
}
