/** Tells subscribers that something may have changed. */
export interface Hints {
  subscribe(listener: () => void): () => void
  hint(): void
}

/** What a store's `subscribe` rests on. The same listener may subscribe twice; each subscription is stopped by its own function. */
export function hints(): Hints {
  const subscriptions = new Set<{ listener: () => void }>()
  return {
    subscribe(listener) {
      const subscription = { listener }
      subscriptions.add(subscription)
      return () => {
        subscriptions.delete(subscription)
      }
    },
    hint() {
      // A copy, so that subscribing in a listener ends; and asked again, so that a stopped one is not called.
      for (const subscription of [...subscriptions]) {
        if (subscriptions.has(subscription)) callQuietly(subscription.listener)
      }
    },
  }
}

/** What was written is written: a listener that throws can't undo it, and a store has nobody to tell. */
export function callQuietly(listener: () => void): void {
  try {
    listener()
  } catch {}
}
