import { absolute, originOf } from '../platform/origin'

/**
 * Where the server sends us instead of answering: an origin, or 'another URL' where that can't be read; `undefined` if it answered.
 * Never a path or a query: a login's secrets may be in them.
 */
export function redirectTarget({ url, status, headers }: Response, asked: string): string | undefined {
  // React Native follows redirects whatever it is told.
  const isFollowed = url && url !== asked && bare(url) !== bare(asked)
  if (!isFollowed && !/^[03]/.test(String(status))) return undefined
  return originOf(isFollowed ? url : (headers.get('location') ?? '')) ?? 'another URL'
}

// React Native's `URL` hardly changes what it is given, and so must not be given the query.
function bare(url: string): string | undefined {
  return absolute(url.replace(/[?#].*/, ''))?.toLowerCase()
}
