/**
 * `navigator.locks` of one browser, in memory: https://www.w3.org/TR/web-locks/#algorithms. Exclusive mode only.
 * A grant comes from the browser's own process, so it takes a turn to arrive.
 */
export class WebLocksDouble {
  /** What was asked for, as it was asked. */
  readonly asked: LockOptions[] = []
  /** Runs on the way from the decision to the callback; a test may hold it up. */
  grantTravels: () => Promise<void> = async () => {}
  /** What a request is refused with. */
  refusal: unknown
  /** A browser that looks at the signal too late. */
  ignoresAbort = false

  readonly #held = new Map<string, Request>()
  readonly #queue: Request[] = []

  /** How many are held or wait. */
  get size(): number {
    return this.#held.size + this.#queue.length
  }

  request<Result>(name: string, options: LockOptions, callback: () => Promise<Result>): Promise<Result> {
    this.asked.push(options)
    if (this.refusal) return Promise.reject(this.refusal)
    const { signal, steal } = options
    if (signal?.aborted) return Promise.reject(signal.reason)
    return new Promise((resolve, reject) => {
      const request: Request = { name, callback, resolve: resolve as (value: unknown) => void, reject, signal, abort: undefined }
      if (signal && !this.ignoresAbort) {
        request.abort = () => {
          this.#remove(request)
          // WebKit loses the reason that the caller gave.
          reject(new DOMException('The lock request was aborted', 'AbortError'))
        }
        signal.addEventListener('abort', request.abort)
      }
      if (steal) {
        this.#held.get(name)?.reject(new DOMException('The lock was stolen', 'AbortError'))
        this.#held.delete(name)
        this.#queue.unshift(request)
      } else this.#queue.push(request)
      this.#process()
    })
  }

  #process(): void {
    for (const request of [...this.#queue]) {
      if (this.#held.has(request.name)) continue
      this.#held.set(request.name, request)
      this.#queue.splice(this.#queue.indexOf(request), 1)
      void this.#grant(request)
    }
  }

  async #grant(request: Request): Promise<void> {
    await null
    await this.grantTravels()
    if (this.#held.get(request.name) !== request) return
    if (request.abort) request.signal?.removeEventListener('abort', request.abort)
    try {
      request.resolve(await request.callback())
    } catch (error) {
      request.reject(error)
    } finally {
      this.#remove(request)
    }
  }

  #remove(request: Request): void {
    if (this.#held.get(request.name) === request) this.#held.delete(request.name)
    else if (this.#queue.includes(request)) this.#queue.splice(this.#queue.indexOf(request), 1)
    this.#process()
  }
}

interface Request {
  readonly name: string
  readonly callback: () => Promise<unknown>
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
  readonly signal: AbortSignal | undefined
  abort: (() => void) | undefined
}
