import type { Heard } from '../heard'

/** What the client decided about refusals, and why; alike ones are one, with their count. */
export function decisionsOf(run: readonly Heard[]): readonly { readonly times: number; readonly text: string }[] {
  const times = new Map<string, number>()
  for (const { what } of run) {
    if (what.type !== 'decision' || what.reason === 'not about credentials') continue
    const text = `${deeds[what.action]}: ${what.reason || 'refused'} (row ${what.row} of the decision table)`
    times.set(text, (times.get(text) ?? 0) + 1)
  }
  return [...times].map(([text, count]) => ({ times: count, text }))
}

/** Whether a newer token might have helped, and there was nothing to get one with. */
export function hadNothingToRefresh(run: readonly Heard[]): boolean {
  return run.some(({ what }) => what.type === 'decision' && what.reason === 'nothing to refresh')
}

const deeds = {
  refresh: 'refresh, then send again',
  replay: 'send again at once',
  return: 'hand the answer back',
  reject: 'reject the call',
  end: 'end the session',
  'step-up': 'ask the app for more',
}
