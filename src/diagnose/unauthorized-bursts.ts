import { diagnose } from './diagnose'
import type { DiagnosedEvent, DiagnoseInput } from './diagnose-input'
import { type Diagnosed, diagnosed } from './diagnosed'
import type { DiagnosedCause } from './diagnosis'

/**
 * What many refusals have in common. `key-rotation`: the API does not know, or no longer takes, the key that tokens are signed with.
 * `deploy`: it refuses tokens that are alive, as after a release that forgot them or expects others. `outage`: what stands before the
 * API answers, or the authorization server does not. Else the cause that most of them have; `mixed` where none has.
 */
export type BurstCause = 'key-rotation' | 'deploy' | 'outage' | DiagnosedCause | 'mixed'

/** Many responses of one client were refusals, in little time. */
export interface UnauthorizedBurstEvent {
  readonly type: 'unauthorized-burst'
  /** When the last of them came, in milliseconds since the epoch. */
  readonly at: number
  /** What more than half of them have in common. */
  readonly cause: BurstCause
  /** How much of the burst has it: 0 to 1. */
  readonly share: number
  /** Refusals, within the last `interval` milliseconds. */
  readonly count: number
  /** As in the options, in milliseconds. */
  readonly interval: number
}

/** When refusals are a crowd, and what they are compared with. */
export interface BurstOptions {
  /** From how many refusals on it is a burst. @default 20 */
  readonly count?: number | null | undefined
  /** Within how many milliseconds; also how long after one the next is told. @default 10_000 */
  readonly interval?: number | null | undefined
  /** What the API takes, where you know. */
  readonly expected?: DiagnoseInput['expected'] | null
}

/**
 * An `onEvent` handler that passes each event on, and adds an `unauthorized-burst` where 401s come in crowds: one alarm with a cause, in
 * place of a thousand lines. Refusals that a refresh cures count too.
 * @throws {TypeError} for a `count` or an `interval` that is no positive number.
 * @example onEvent: unauthorizedBursts((event) => event.type === 'unauthorized-burst' && page(event))
 */
export function unauthorizedBursts<Event extends DiagnosedEvent & { readonly at: number }>(
  handler: (event: Event | UnauthorizedBurstEvent) => unknown,
  options: BurstOptions = {},
): Diagnosed<Event> {
  const count = options.count ?? 20
  const interval = options.interval ?? 10_000
  if (!(count > 0) || !(interval > 0)) throw new TypeError('`count` and `interval` must be positive numbers, such as 20 and 10_000')
  let seen: readonly { readonly at: number; readonly cause: BurstCause }[] = []
  let quietUntil = Number.NEGATIVE_INFINITY

  const burstWith = (event: Event): UnauthorizedBurstEvent | undefined => {
    const cause = sharedCause(event)
    if (!cause) return undefined
    const { at } = event
    // Where the clock was set back, the quiet would last until it has caught up.
    if (quietUntil > at + interval) quietUntil = Number.NEGATIVE_INFINITY
    seen = [...seen.filter((one) => Math.abs(one.at - at) < interval), { at, cause }].slice(-Math.max(mostSeen, count))
    if (seen.length < count || at < quietUntil) return undefined
    quietUntil = at + interval
    return { type: 'unauthorized-burst', at, ...leading(seen.map((one) => one.cause)), count: seen.length, interval }
  }

  return diagnosed<Event>((event) => {
    // Counted before the handler runs, which may throw.
    const burst = burstWith(event)
    return burst ? Promise.all([event, burst].map(async (one) => handler(one))) : handler(event)
  }, options.expected ?? undefined)
}

/** How many refusals are kept, so that a flood fills no memory; more only where `count` asks for more. */
const mostSeen = 1000

function sharedCause(event: DiagnosedEvent): BurstCause | undefined {
  if (event.type === 'refresh-ended') return event.outcome === 'unavailable' ? 'outage' : undefined
  if (event.type !== 'decision' || event.status !== 401) return undefined
  const { cause } = diagnose({ event })
  return alike[cause] ?? cause
}

const alike: Partial<Record<DiagnosedCause, BurstCause>> = {
  'unknown-key': 'key-rotation',
  'invalid-signature': 'key-rotation',
  'token-revoked': 'deploy',
  'wrong-audience': 'deploy',
  'wrong-issuer': 'deploy',
  'login-page': 'outage',
  'authorization-stripped': 'outage',
  'cached-refusal': 'outage',
}

function leading(causes: readonly BurstCause[]): { readonly cause: BurstCause; readonly share: number } {
  const counts = new Map<BurstCause, number>()
  for (const cause of causes) counts.set(cause, (counts.get(cause) ?? 0) + 1)
  const [[cause, most] = ['mixed' as const, 0]] = [...counts].sort(([, one], [, other]) => other - one)
  const share = most / causes.length
  return share > 0.5 ? { cause, share } : { cause: 'mixed', share }
}
