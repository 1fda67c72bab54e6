import { callQuietly, hints } from './hints'

export interface TabHints {
  /** Calls `listener` when the session under the key may have changed, whoever changed it. Returns how to stop. */
  subscribe(listener: () => void): () => void
  /** The session was written here. */
  tell(): void
}

/**
 * Hints between the tabs of an origin, and between the stores of one page: `storage` events and a BroadcastChannel of the key's name.
 * They carry nothing and are believed nothing (A41): who hears one reads the storage again. Both, since each has a gap: an event never
 * reaches its own page, and a message may be faster than the write that it tells of. Without either, stores work and hear less (F55).
 * @see {@link https://html.spec.whatwg.org/multipage/web-messaging.html#broadcasting-to-other-browsing-contexts HTML, BroadcastChannel}
 */
export function tabHints(key: string): TabHints {
  const [subscribe, hint] = hints()
  let subscribers = 0
  let channel: BroadcastChannel | undefined

  const onStorage = (event: StorageEvent): void => {
    if (event.key === key || event.key === null) hint() // null: everything was cleared.
  }
  const open = (): void => {
    channel ??= openChannel(key)
    if (channel) channel.onmessage = () => hint()
  }
  const close = (): void => {
    channel?.close()
    channel = undefined
  }
  // What was said while the page lay in the back-forward cache, nobody repeats (F50).
  const onPageShow = (event: PageTransitionEvent): void => {
    open()
    if (event.persisted) hint()
  }
  const listen = (): void => {
    globalThis.addEventListener?.('storage', onStorage)
    globalThis.addEventListener?.('pageshow', onPageShow)
    globalThis.addEventListener?.('pagehide', close) // A page with an open channel may be kept out of the cache, or be thrown out.
    open()
  }
  const ignore = (): void => {
    globalThis.removeEventListener?.('storage', onStorage)
    globalThis.removeEventListener?.('pageshow', onPageShow)
    globalThis.removeEventListener?.('pagehide', close)
    close()
  }

  return {
    subscribe(listener) {
      const stop = subscribe(listener)
      subscribers += 1
      if (subscribers === 1) listen()
      let isStopped = false
      return () => {
        if (isStopped) return
        isStopped = true
        stop()
        subscribers -= 1
        if (subscribers === 0) ignore()
      }
    },
    tell() {
      hint()
      const speaker = channel ?? openChannel(key)
      void callQuietly(() => speaker?.postMessage(null)) // Closed by somebody else: the storage event tells the other tabs.
      if (speaker !== channel) speaker?.close() // What was posted is delivered all the same.
    },
  }
}

function openChannel(name: string): BroadcastChannel | undefined {
  try {
    const channel = new globalThis.BroadcastChannel(name)
    const { unref } = channel as { unref?(): void }
    unref?.call(channel) // Node's would keep the process alive.
    if (unref || globalThis.location) return channel
    channel.close() // So would Deno's, which can't be told, and has no tabs.
    return undefined
  } catch {
    return undefined // Missing, or refused to a page without an origin of its own.
  }
}
