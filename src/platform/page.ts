/** Where the page or worker was loaded from; `undefined` outside a browser. Asked late: nothing is sniffed at import. */
export function pageUrl(): string | undefined {
  const { location } = globalThis as { location?: { readonly href: string } }
  return location && /^http/.test(location.href) ? location.href : undefined
}

/** What relative URLs resolve against there: a page may say so itself (`<base href>`). */
export function pageBase(): string | undefined {
  return globalThis.document?.baseURI ?? pageUrl()
}

/** Calls `listener` when the network is back, or the page is left, where there is a page or a worker. Returns how to stop. */
export function onPage(event: 'online' | 'pagehide', listener: () => void): () => void {
  // Some servers (Deno, Bun) have `addEventListener`, too: there a listener would keep its client in memory for ever. Not `pageUrl()`: a
  // page need not come by http (an app's web view, `about:srcdoc`).
  if (!globalThis.location) return () => {}
  globalThis.addEventListener?.(event, listener)
  return () => globalThis.removeEventListener?.(event, listener)
}
