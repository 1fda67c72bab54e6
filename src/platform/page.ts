/** Where the page or worker was loaded from; `undefined` outside a browser. Asked late: nothing is sniffed at import. */
export function pageUrl(): string | undefined {
  const { location } = globalThis as { location?: { readonly href: string } }
  return location && /^http/.test(location.href) ? location.href : undefined
}

/** What relative URLs resolve against there: a page may say so itself (`<base href>`). */
export function pageBase(): string | undefined {
  return globalThis.document?.baseURI ?? pageUrl()
}

/** Hears what befalls the page or worker, where there is one. Returns how to stop. */
export function onPage(event: 'online' | 'pagehide', listener: () => void): () => void {
  // Servers that have such a function, too, would keep each client for ever. A page need not come by http: an app's web view, `about:srcdoc`.
  if (!globalThis.location) return () => {}
  globalThis.addEventListener?.(event, listener)
  return () => globalThis.removeEventListener?.(event, listener)
}
