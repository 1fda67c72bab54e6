import type { Clock } from './clock'

const grace = 1_000

/**
 * Sleeps until a limit of `ms` milliseconds is over. Where it wakes late (a frozen tab, a stopped process, a machine that slept), what was
 * waited for may be here already, unread: so it sleeps a moment longer.
 */
export async function sleepOut(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const due = clock.now() + ms
  await clock.sleep(ms, signal)
  if (clock.now() > due + grace) await clock.sleep(grace, signal)
}
