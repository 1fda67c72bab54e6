type Subscribe = (listener: () => void) => () => void

/**
 * What a store's `subscribe` rests on, and what tells its subscribers that something may have changed. The same listener may
 * subscribe twice; each subscription is stopped by its own function.
 */
export function hints(): readonly [subscribe: Subscribe, hint: () => void] {
  const subscriptions = new Set<() => unknown>()
  return [
    (listener) => {
      const call = (): unknown => listener()
      subscriptions.add(call)
      return () => void subscriptions.delete(call)
    },
    () => {
      // A copy, so that subscribing in a listener ends; and asked again, so that a stopped one is not called.
      for (const call of [...subscriptions]) if (subscriptions.has(call)) void callQuietly(call)
    },
  ]
}

/** What was written is written: a listener that throws, at once or later, can't undo it, and a store has nobody to tell. */
export async function callQuietly(listener: () => unknown): Promise<void> {
  try {
    await listener()
  } catch {}
}
