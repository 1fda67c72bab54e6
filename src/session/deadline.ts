import type { Clock } from '../platform/clock'

const grace = 1_000

/** The end of a whole exchange: `signal` aborts then, until `clear()`. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #timer = new AbortController()

  constructor(ms: number | false, clock: Clock) {
    if (ms !== false) this.#run(ms, clock).catch(() => {})
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  clear(): void {
    this.#timer.abort()
  }

  async #run(ms: number, clock: Clock): Promise<void> {
    const due = clock.now() + ms
    await clock.sleep(ms, this.#timer.signal)
    // After a frozen tab, a stopped process or a sleep the answer may be here already, unread.
    if (clock.now() - due > grace) await clock.sleep(grace, this.#timer.signal)
    this.#controller.abort(Object.assign(new Error('The token endpoint did not answer in time'), { name: 'TimeoutError' }))
  }
}
