import { systemClock } from './clock'

/** Lets everything go on that can without time or a network: one turn of the event loop, which faked timers don't hold up. */
export function macrotask(): Promise<void> {
  // The jsdom of Jest has none.
  if (typeof globalThis.MessageChannel !== 'function') return systemClock.sleep(0)
  return new Promise((resolve) => {
    const { port1, port2 } = new globalThis.MessageChannel()
    port1.onmessage = () => {
      port1.close() // Open, it would keep a Node process alive.
      resolve()
    }
    port2.postMessage(0)
  })
}
