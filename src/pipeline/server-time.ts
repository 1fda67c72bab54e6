import type { Clock } from '../platform/clock'
import { originOf } from '../platform/origin'
import type { AuthScheme } from '../schemes/auth-scheme'

/** How far the clocks of servers are ahead of ours, in milliseconds: for schemes that sign the time. */
export interface ServerTime {
  offsetOf(url: string): number | undefined
  observe(request: Asked, response: Response): void
}

interface Asked {
  readonly url: string
  readonly isSafe: boolean
}

/** Nothing is read, and nothing kept, where no scheme takes a context. */
export function createServerTime(schemes: readonly AuthScheme[], clock: Clock): ServerTime {
  const offsets = new Map<string | undefined, number>()
  // 0: one that hands its arguments on, such as a decorator's.
  const isAsked = schemes.some(({ attach: { length } }) => !length || length > 2)
  return {
    offsetOf: (url) => (isAsked ? offsets.get(originOf(url)) : undefined),
    observe(request, response) {
      if (!isAsked) return
      const date = Date.parse(response.headers.get('date') ?? '')
      const { url } = request
      const origin = originOf(url)
      // `Date` is cut off to a whole second: half of one has passed since, on average. Whoever a redirect led to has a clock of its own.
      if (!date || originOf(response.url || url) !== origin) return
      const offset = date + 500 - clock.now()
      // What a cache has kept has the `Date` of then: it can only make the server look behind.
      const mayBeKept = request.isSafe && response.status < 400
      if (!mayBeKept || offset > (offsets.get(origin) ?? -Infinity)) offsets.set(origin, offset)
    },
  }
}
