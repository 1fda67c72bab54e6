import { type Abortable, abortReason } from '../platform/abortable'
import type { FetchLike } from '../platform/fetch-like'
import { isPromise } from '../platform/maybe-promise'
import type { Session } from '../session/session'
import { tokenSetOf } from '../tokens/token-set'
import { allowedTarget, startsWithOne } from './allowed-origins'
import type { Answer } from './answer'
import type { PipelineOptions, Tell } from './call'
import type { Freshness } from './freshness'
import { redacted } from './redacted'
import { RequestTemplate } from './request-template'

/** A `fetch`: attach, send, and answer what comes back where it is about credentials, until there is nothing more to send. */
export function createRoundTrip(
  { origins, hasOwnOrigins, base, endpoints, schemes, isUnauthorized }: PipelineOptions,
  fetch: FetchLike,
  session: Session,
  abortable: Abortable,
  { current, fresh }: Freshness,
  answer: Answer,
  tell: Tell,
  assertLive: () => void,
): (input: RequestInfo | URL, init?: RequestInit) => Promise<Response> {
  const [scheme] = schemes
  const { headers } = scheme
  const target = allowedTarget(origins, base)
  const isEndpoint = startsWithOne(endpoints, '?#')
  const names = schemes.flatMap(({ headers }) => headers)
  // No platform drops a header other than Authorization on the way to another origin.
  const guarded: FetchLike = headers.some((name) => name !== 'authorization')
    ? (scheme.redirects?.(fetch, headers) ?? ((input, init) => fetch(input, { redirect: 'error', ...init })))
    : fetch
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
      // A token that can't stand in a header is never sent.
      const tokens = phase.held && phase.expiry.expiresAt !== 0 ? tokenSetOf(phase.held) : null
      if (!withheld && (tokens || !scheme.usesTokens)) {
        const attaching = scheme.attach(template, tokens, { attempt })
        if (isPromise(attaching)) await abortable(attaching, template.signal)
      }
      const { url, isTouched } = template
      tell?.({
        type: 'request',
        call: id,
        attempt,
        method: template.method,
        url: redacted(url),
        scheme: isTouched ? scheme.name : undefined,
        generation: phase.generation,
      })
      const sent = template.send(isTouched ? guarded : fetch)
      if (tell) sent.catch((error) => tell({ type: 'request-failed', call: id, attempt, error: String(Object(error).name) }))
      const response = await sent
      scheme.observe?.(response)
      const { status } = response
      if (status !== 401 && status !== 403 && !isUnauthorized && !tell) return response
      const next = await answer(response, template, phase, id, withheld)
      if ('status' in next) return next
      phase = next
    }
  }
}
