import type { MaybePromise } from '../platform/maybe-promise'

/** A request as it arrived. */
export interface ReceivedRequest {
  /** In upper case. */
  readonly method: string
  /** Absolute, with its query. */
  readonly url: string
  /** Those that arrived; a copy. */
  readonly headers: Headers
  /** The body, as the server read it. */
  readonly text: string
}

/**
 * Answers a request; `undefined` leaves it to what the server would say. It may hang, throw (a network error), or call `usual()`
 * first, so that the server acts, once for each request, and only its answer is changed or lost.
 */
export type Answer = (request: ReceivedRequest, usual: () => Promise<Response>) => MaybePromise<Response | undefined>

/** A server in a box: reached through `testFetch`, `mswHandlers` or `listen`. */
export interface TestServer {
  /** Scheme, host and port: what `testFetch` and `mswHandlers` find it by. */
  readonly origin: string
  /** Everything that arrived, in order. */
  readonly requests: readonly ReceivedRequest[]
  /** The next requests get these answers, one each, in order. */
  next(...answers: readonly Answer[]): void
  /** Every request gets this answer until `always(undefined)`. Those of `next` go before it. */
  always(answer: Answer | undefined): void
  /** What a standard `Request` is answered with. Rejects where the connection would break. */
  answer(request: Request): Promise<Response>
}

export function testServer(origin: string, usual: (request: ReceivedRequest) => MaybePromise<Response>): TestServer {
  const requests: ReceivedRequest[] = []
  const script: Answer[] = []
  let standing: Answer | undefined
  return {
    origin,
    requests,
    next: (...answers) => void script.push(...answers),
    always(answer) {
      standing = answer
    },
    async answer(request) {
      const { method, headers } = request
      const url = request.url.replace(/#.*/s, '') // A fragment is never sent (RFC 9110 §7.1).
      // By a list: `Headers` as msw patches it loses fields where it copies those of an upload.
      const received = { method, url, headers: new Headers([...headers]), text: await request.text() }
      requests.push(received)
      let acted: Promise<Response> | undefined
      const act = (): Promise<Response> => {
        acted ??= (async () => usual(received))()
        return acted
      }
      const give = async (): Promise<Response> => (await act()).clone()
      const answer = (await script.shift()?.(received, give)) ?? (await standing?.(received, give))
      if (!answer) return act()
      acted?.then(({ body }) => body?.cancel()).catch(() => {}) // A clone can't be cancelled alone.
      return answer
    },
  }
}
