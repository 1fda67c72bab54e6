/** Where the page or worker was loaded from; `undefined` outside a browser. Asked late: nothing is sniffed at import. */
export function pageUrl(): string | undefined {
  const { location } = globalThis as { location?: { href?: unknown; protocol?: unknown } }
  return typeof location?.href === 'string' && String(location.protocol).startsWith('http') ? location.href : undefined
}
