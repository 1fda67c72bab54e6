import type { PipelineOptions } from './call'
import type { RequestTemplate } from './request-template'

/** Where a request goes, and why it goes without our credentials if it does (row 1). */
export type Placement =
  | { readonly withheld?: undefined; readonly url: string }
  | { readonly withheld: 'endpoint' | 'caller'; readonly url: string }
  | { readonly withheld: 'origin'; readonly url: string | undefined; readonly asked: string }

export function placeOf({ origins, endpoints, schemes }: PipelineOptions, template: RequestTemplate, input: RequestInfo | URL): Placement {
  const asked = typeof input === 'string' ? input : 'url' in input ? input.url : input.href
  const url = origins.target(asked)
  if (url === undefined) return { withheld: 'origin', url, asked }
  if (endpoints.includes(redacted(url))) return { withheld: 'endpoint', url }
  // What the caller set is the caller's: neither replaced nor answered for (A57).
  if (schemes.some(({ headers }) => headers.some((name) => template.hasHeader(name)))) return { withheld: 'caller', url }
  return { url }
}

/** Sends it as the caller gave it. */
export function passThrough(
  options: PipelineOptions,
  place: Placement,
  input: RequestInfo | URL,
  init: RequestInit | undefined,
): Promise<Response> {
  const { fetch, emit, hasOwnOrigins } = options
  if (place.withheld === 'origin') {
    const where = redacted(place.asked)
    if (!hasOwnOrigins) throw new TypeError(`Credentials may not go to ${where}: add its origin to allowedOrigins, or set baseUrl`)
    emit?.({ type: 'credentials-withheld', url: where, reason: 'origin' })
    return fetch(input, init)
  }
  emit?.({ type: 'credentials-withheld', url: redacted(place.url), reason: place.withheld ?? 'caller' })
  return fetch(typeof input === 'string' ? place.url : input, init)
}

/** A URL without what may be secret: user, query and fragment. */
export function redacted(url: string): string {
  return url.replace(/[?#][\s\S]*$/, '').replace(/\/\/[^/]*@/, '//')
}
