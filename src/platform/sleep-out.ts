import type { Clock } from './clock'

const grace = 1_000

/** Sleeps until a limit is over: where it ends late, after a frozen tab, a stopped process or a sleep, the answer may be here already, unread. */
export async function sleepOut(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const due = clock.now() + ms
  await clock.sleep(ms, signal)
  if (clock.now() > due + grace) await clock.sleep(grace, signal)
}
