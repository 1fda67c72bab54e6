import type { Lane } from './lanes'
import type { Refresh } from './refreshes'

/** A run in numbers, each with what it counts. */
export function figuresOf(
  lanes: readonly Lane[],
  refreshes: readonly Refresh[],
): readonly { readonly count: number; readonly of: string }[] {
  const refused = lanes.filter(({ refusals }) => refusals.length > 0)
  const again = lanes.filter(({ stretches }) => stretches.some(({ kind }) => kind === 'replayed'))
  const answered = lanes.filter(({ end }) => typeof end?.outcome === 'number' && end.outcome < 300)
  const handedBack = lanes.filter(({ end }) => typeof end?.outcome === 'number' && end.outcome >= 300)
  const rejected = lanes.filter(({ end }) => typeof end?.outcome === 'string')
  const shared = new Set(refreshes.flatMap(({ sharedBy }) => sharedBy))
  // Refused after the token had been replaced: they were sent again at once, with the newer one.
  const late = refreshes.length ? again.filter((lane) => !shared.has(lane)) : []
  const failed = refreshes.filter((refresh) => refresh.failed).length
  const cameOut = failed ? (failed === refreshes.length ? ', failed' : `, ${failed} failed`) : ''
  return [
    { count: lanes.length, of: lanes.length === 1 ? 'call' : 'calls' },
    { count: refused.length, of: `refused (${statuses(refused)})` },
    {
      count: refreshes.length,
      of: refreshes.length === 1 ? `refresh${cameOut || `, ${shared.size} waited for it`}` : `refreshes${cameOut}`,
    },
    { count: again.length, of: late.length ? `sent again, ${late.length} late ones without waiting` : 'sent again' },
    { count: answered.length, of: 'answered' },
    ...(handedBack.length ? [{ count: handedBack.length, of: 'handed back' }] : []),
    ...(rejected.length ? [{ count: rejected.length, of: 'rejected' }] : []),
  ]
}

function statuses(refused: readonly Lane[]): string {
  const seen = new Set(refused.flatMap(({ refusals }) => refusals.map(({ status }) => status)))
  return seen.size ? [...seen].join(', ') : '401'
}
