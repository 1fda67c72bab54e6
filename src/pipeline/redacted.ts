/** A URL without what may be secret: user, query and fragment. */
export function redacted(url: string): string {
  return url.replace(/[?#][\s\S]*/, '').replace(/\/\/[^/]*@/, '//')
}
