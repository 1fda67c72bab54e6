import type { Clock } from './clock'

const longest = 1_000

/**
 * Sleeps until a limit of `ms` milliseconds is over. Where it wakes late (a frozen tab, a stopped process, a machine that slept), what was
 * waited for may be here already, unread: so it sleeps once more, for as long as it was late, or a second.
 */
export async function sleepOut(ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const due = clock.now() + ms
  await clock.sleep(ms, signal)
  const late = Math.min(clock.now() - due, longest)
  if (late > 0) await clock.sleep(late, signal)
}
