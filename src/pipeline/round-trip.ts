import { type Abortable, abortReason } from '../platform/abortable'
import { cacheModes } from '../platform/cache-modes'
import type { FetchLike } from '../platform/fetch-like'
import { isPromise } from '../platform/maybe-promise'
import type { AuthScheme } from '../schemes/auth-scheme'
import type { Session } from '../session/session'
import { allowedTarget, startsWithOne } from './allowed-origins'
import type { Answer } from './answer'
import type { PipelineOptions, Tell } from './call'
import { type Freshness, sessionOver } from './freshness'
import { redacted } from './redacted'
import { RequestTemplate } from './request-template'
import type { SchemeSelector } from './select-scheme'
import type { ServerTime } from './server-time'

/** A `fetch`: attach, send, and answer what comes back where it is about credentials, until there is nothing more to send. */
export function createRoundTrip(
  { origins, hasOwnOrigins, base, endpoints, schemes, isUnauthorized }: PipelineOptions,
  fetch: FetchLike,
  session: Session,
  abortable: Abortable,
  { current, fresh }: Freshness,
  answer: Answer,
  selector: SchemeSelector,
  serverTime: ServerTime,
  tell: Tell,
  assertLive: () => void,
): (input: RequestInfo | URL, init?: RequestInit) => Promise<Response> {
  const target = allowedTarget(origins, base)
  const isEndpoint = startsWithOne(endpoints, '?#')
  const names = schemes.flatMap(({ headers }) => headers)
  const ways = new Map(schemes.map((scheme) => [scheme, wayOf(scheme, fetch)]))
  const hasCacheModes = cacheModes()
  let calls = 0

  /** Finds the URL to send to, and why our credentials may not go there, if so (row 1). */
  const place = (template: RequestTemplate): 'origin' | 'endpoint' | 'caller' | undefined => {
    const { url: asked, callers } = template
    const url = target(asked)
    if (!url) {
      if (!hasOwnOrigins) throw new TypeError(`Credentials may not go to ${redacted(asked)}: add its origin to allowedOrigins`)
      return 'origin'
    }
    template.url = url
    if (isEndpoint.test(url)) return 'endpoint'
    // What the caller set is the caller's: neither replaced nor answered for (A57).
    return callers && names.some((name) => callers.has(name)) ? 'caller' : undefined
  }

  return async (input, init) => {
    assertLive()
    const template = new RequestTemplate(input, init)
    const withheld = place(template)
    const id = calls++
    let { phase } = session
    if (withheld) tell?.({ type: 'credentials-withheld', url: redacted(template.url), reason: withheld })
    else {
      const { signal } = template
      if (template.mode === 'no-cors') throw new TypeError("mode 'no-cors' drops credentials: use 'cors'")
      if (signal?.aborted) throw abortReason(signal)
      // With a fresh token in a synchronous store nothing is awaited before the request is on its way.
      const looked = current(signal)
      const ready = fresh(isPromise(looked) ? await looked : looked, template)
      phase = isPromise(ready) ? await ready : ready
    }
    for (;;) {
      const attempt = template.answered.length
      let scheme: AuthScheme | undefined
      if (!withheld) {
        const attached = selector.attach(template, phase)
        scheme = isPromise(attached) ? await abortable(attached, template.signal) : attached
      }
      template.scheme = scheme
      // Whoever signed in or out while we waited: nothing goes out for a session that is over.
      if (scheme?.usesTokens && session.phase.epoch !== phase.epoch) throw sessionOver(session.phase)
      const { url } = template
      tell?.({
        type: 'request',
        call: id,
        attempt,
        method: template.method,
        url: redacted(url),
        scheme: scheme?.name,
        generation: phase.generation,
      })
      const sent = template.send((scheme && ways.get(scheme)) ?? fetch, hasCacheModes)
      if (tell) sent.catch((error) => tell({ type: 'request-failed', call: id, attempt, error: String(Object(error).name) }))
      const response = await sent
      serverTime.observe(url, response)
      for (const each of schemes) each.observe?.(response)
      const { status } = response
      if (status !== 401 && status !== 403 && !isUnauthorized && !tell) return response
      const next = await answer(response, template, phase, id, withheld)
      if ('status' in next) return next
      phase = next
    }
  }
}

// No platform drops a header other than Authorization on the way to another origin.
function wayOf({ headers, redirects }: AuthScheme, fetch: FetchLike): FetchLike {
  if (headers.every((name) => name === 'authorization')) return fetch
  return redirects?.(fetch, headers) ?? ((input, init) => fetch(input, { redirect: 'error', ...init }))
}
