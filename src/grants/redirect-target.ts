/**
 * Where the server sends us instead of answering: an origin, or words where that can't be read, `undefined` where it answered.
 * Never a path or a query: a login's secrets may be in them.
 */
export function redirectTarget(response: Response, url: string): string | undefined {
  const { status } = response
  // React Native follows redirects whatever it is told.
  const followed = response.url && bare(response.url) !== bare(url)
  if (!followed && status && (status < 300 || status > 399)) return undefined
  const target = followed ? response.url : response.headers.get('location')
  return /^https?:\/\/[\w.:[\]-]+(?=[/?#]|$)/i.exec(target ?? '')?.[0] ?? 'another URL'
}

// React Native's `URL` hardly changes what it is given, and so must not be given the query.
function bare(url: string): string {
  return new URL(url.replace(/[?#].*/, '')).href.toLowerCase()
}
