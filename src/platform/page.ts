/** Where the page or worker was loaded from; `undefined` outside a browser. Asked late: nothing is sniffed at import. */
export function pageUrl(): string | undefined {
  const { location } = globalThis as { location?: { readonly href: string } }
  return location && /^http/.test(location.href) ? location.href : undefined
}
