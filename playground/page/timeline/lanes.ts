import type { Heard, Outcome, Who } from '../heard'

/** What a call was doing: `sent` is on its way, `waiting` is for a refresh, `replayed` is on its way again. */
export interface Stretch {
  readonly kind: 'sent' | 'waiting' | 'replayed'
  readonly from: number
  /** Absent while it lasts. */
  readonly to?: number | undefined
}

/** One call. */
export interface Lane {
  readonly who: Who
  readonly call: number
  readonly label: string
  readonly stretches: readonly Stretch[]
  readonly refusals: readonly { readonly at: number; readonly status: number }[]
  readonly end?: { readonly at: number; readonly outcome: Outcome } | undefined
}

/** The calls of a run, in the order in which they were made. */
export function lanesOf(run: readonly Heard[]): readonly Lane[] {
  const lanes = new Map<string, Lane>()
  for (const heard of run) {
    const { what, who } = heard
    if (!('call' in what)) continue
    const key = `${who} ${what.call}`
    const lane = lanes.get(key) ?? { who, call: what.call, label: '', stretches: [], refusals: [] }
    lanes.set(key, next(lane, heard))
  }
  return [...lanes.values()]
}

function next(lane: Lane, { at, what }: Heard): Lane {
  switch (what.type) {
    case 'called':
      // Until it is sent it waits: for a first read of the store, or for a refresh.
      return { ...lane, label: `${what.method} ${what.path}`, stretches: begin(lane, 'waiting', at) }
    case 'request':
      return { ...lane, stretches: begin(lane, what.attempt === 0 ? 'sent' : 'replayed', at) }
    case 'response': {
      const isRefused = what.status === 401 || what.status === 403
      const refusals = isRefused ? [...lane.refusals, { at, status: what.status }] : lane.refusals
      return { ...lane, refusals, stretches: begin(lane, 'waiting', at) }
    }
    case 'settled':
      return { ...lane, end: { at, outcome: what.outcome }, stretches: ended(lane, at) }
    default:
      return lane
  }
}

function begin(lane: Lane, kind: Stretch['kind'], at: number): readonly Stretch[] {
  return [...ended(lane, at), { kind, from: at }]
}

function ended({ stretches }: Lane, at: number): readonly Stretch[] {
  return stretches.map((stretch) => (stretch.to === undefined ? { ...stretch, to: at } : stretch))
}
