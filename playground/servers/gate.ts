/** The answers that a shut gate holds back. */
export interface HeldBack {
  /** How many wait. */
  readonly waiting: number
  /** Settles when the first one waits. */
  readonly firstArrived: Promise<void>
  /** Lets them all go, and opens the gate. */
  release(): void
}

/** Where answers wait while it is shut. */
export class Gate {
  #wait: (() => Promise<void>) | undefined
  #release: () => void = () => undefined

  async pass(): Promise<void> {
    await this.#wait?.()
  }

  shut(): HeldBack {
    this.open()
    let waiting = 0
    let arrived: () => void = () => undefined
    const firstArrived = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const released = new Promise<void>((resolve) => {
      this.#release = resolve
    })
    this.#wait = () => {
      waiting++
      arrived()
      return released
    }

    return {
      get waiting() {
        return waiting
      },
      firstArrived,
      release: () => this.open(),
    }
  }

  open(): void {
    this.#wait = undefined
    this.#release()
  }
}
