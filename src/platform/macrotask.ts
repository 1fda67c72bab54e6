/** Lets everything go on that can without time or a network: one turn of the event loop, which faked timers don't hold up. */
export function macrotask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new globalThis.MessageChannel()
    port1.onmessage = () => {
      port1.close() // Open, it would keep a Node process alive.
      resolve()
    }
    port2.postMessage(0)
  })
}
