import type { Heard } from '../heard'
import type { Lane } from './lanes'

/** A request to the token endpoint, and who waited for it. */
export interface Refresh {
  readonly from: number
  /** Absent while it lasts. */
  readonly to?: number | undefined
  readonly failed: boolean
  /** Calls that waited while it ran. */
  readonly sharedBy: readonly Lane[]
}

/** Refreshes of a run. A tab that took over what another one got made none. */
export function refreshesOf(run: readonly Heard[], lanes: readonly Lane[]): readonly Refresh[] {
  const made: { who: string; from: number; to?: number; outcome?: string }[] = []
  for (const { at, who, what } of run) {
    if (what.type === 'refresh-started') made.push({ who, from: at })
    if (what.type === 'refresh-ended') {
      const started = made.find((refresh) => refresh.who === who && refresh.to === undefined)
      if (started) Object.assign(started, { to: at, outcome: what.outcome })
    }
  }
  const own = made.filter(({ outcome }) => outcome !== 'adopted' && outcome !== 'session-changed')
  return own
    .filter((refresh) => !isBehindAnother(refresh, own))
    .map(({ from, to, outcome }) => ({
      from,
      to,
      failed: outcome !== undefined && outcome !== 'refreshed',
      sharedBy: lanes.filter((lane) => waitedIn(lane, from, to)),
    }))
}

/** Whether it only waits for another tab's: when two start at once, one waits for the lock, and until the end nobody knows which. */
function isBehindAnother(refresh: Span, all: readonly Span[]): boolean {
  if (refresh.to !== undefined) return false
  return all.some((other, index) => (other.to === undefined ? index < all.indexOf(refresh) : other.to >= refresh.from))
}

interface Span {
  readonly from: number
  readonly to?: number
}

function waitedIn({ stretches }: Lane, from: number, to = Number.POSITIVE_INFINITY): boolean {
  // More than 5 ms, since every answer waits a moment for the decision on it.
  return stretches.some(
    (stretch) => stretch.kind === 'waiting' && stretch.from < to && (stretch.to ?? to) - Math.max(stretch.from, from) > 5,
  )
}
