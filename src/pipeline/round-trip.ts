import { RefreshUnavailableError } from '../errors/refresh-unavailable-error'
import { abortReason } from '../platform/abortable'
import { boundedIfLong } from '../platform/bounded'
import { cacheModes } from '../platform/cache-modes'
import { copyOf } from '../platform/copy-of'
import type { FetchLike } from '../platform/fetch-like'
import { isRedirect } from '../platform/is-redirect'
import { isPromise, type MaybePromise } from '../platform/maybe-promise'
import { absolute } from '../platform/origin'
import type { AuthScheme } from '../schemes/auth-scheme'
import { notFollowed } from '../schemes/follow-redirects'
import type { Phase } from '../session/phase'
import { allowedTarget, endpointTest } from './allowed-origins'
import { createAnswer } from './answer'
import type { Withheld } from './decide'
import { type Freshness, sessionOver } from './freshness'
import { FieldAdder, hasField } from './header-fields'
import type { Parts } from './parts'
import type { PipelineOptions } from './pipeline-options'
import { redacted } from './redacted'
import type { Tell } from './request-event'
import { RequestTemplate } from './request-template'
import { createSchemeSelector } from './select-scheme'
import { createServerTime } from './server-time'

/** A `fetch`: attach, send, and answer what comes back where it is about credentials, until there is nothing more to send. */
export function createRoundTrip(
  options: PipelineOptions,
  fetch: FetchLike,
  parts: Parts,
  freshness: Freshness,
  tell: Tell,
  nextCall: () => number,
): (input: RequestInfo | URL, init?: RequestInit) => Promise<Response> {
  const { origins, hasOwnOrigins, base, endpoints, schemes, isUnauthorized, limit } = options
  const { session, clock, abortable, observe, schemeFailed } = parts
  const { current, fresh } = freshness
  const serverTime = createServerTime(schemes, clock)
  const selector = createSchemeSelector(schemes, serverTime.offsetOf, schemeFailed)
  const answer = createAnswer(options, parts, freshness, selector, tell)
  const target = allowedTarget(origins, base)
  const isEndpoint = endpointTest(endpoints)
  const names = schemes.flatMap(({ headers }) => headers)
  const inUrls = schemes.some(({ isSetIn }) => isSetIn) ? schemes : undefined // No closure for each call where there is none.
  const ways = new Map(schemes.map((scheme) => [scheme, wayOf(scheme, fetch)]))
  const hasCacheModes = cacheModes()
  const adder = new FieldAdder()

  /** Finds the URL to send to, and why our credentials may not go there, if so (row 1). */
  const place = (template: RequestTemplate): Withheld | undefined => {
    const { url: asked, callers } = template
    const url = target(asked)
    if (!url) {
      if (!hasOwnOrigins) {
        if (!absolute(asked, base())) throw new TypeError('Give an absolute URL, or set baseUrl')
        throw new TypeError(`Credentials may not go to ${redacted(asked)}: add its origin to allowedOrigins`)
      }
      return 'origin'
    }
    template.url = url
    if (isEndpoint(url)) return 'endpoint'
    // What the caller set is the caller's: neither replaced nor answered for (A57).
    if ((callers && names.some((name) => hasField(callers, name))) || inUrls?.some((scheme) => scheme.isSetIn?.(url))) return 'caller'
    // Some platforms (Node 22) don't send the mark of an empty query: a signature over it would be wrong. A Request stays as it is: made
    // anew, it would lose more.
    if (url[url.length - 1] === '?' && !template.request) template.url = url.replace(/^([^?#]*)\?$/, '$1')
    return undefined
  }

  // No async functions from here on. With a fresh token in a synchronous store nothing is awaited before the request is on its way, and
  // the promises of async functions would cost more than all the rest of a call.
  const begin = (template: RequestTemplate): MaybePromise<Response> => {
    const withheld = place(template)
    if (withheld) {
      template.withheld = withheld
      tell?.({ type: 'credentials-withheld', url: redacted(template.url), reason: withheld })
      return ready(template, session.phase)
    }
    const { signal } = template
    if (template.mode === 'no-cors') throw new TypeError("mode 'no-cors' drops credentials: use 'cors'")
    if (signal?.aborted) throw abortReason(signal)
    const looked = current(signal)
    return isPromise(looked) ? looked.then((phase) => freshen(template, phase)) : freshen(template, looked)
  }

  const freshen = (template: RequestTemplate, looked: Phase): MaybePromise<Response> => {
    const ready = fresh(looked, template)
    return isPromise(ready) ? ready.then((phase) => attach(template, phase)) : attach(template, ready)
  }

  const attach = (template: RequestTemplate, phase: Phase): MaybePromise<Response> => {
    const attached = selector.attach(template, phase)
    return isPromise(attached)
      ? abortable(boundedIfLong(attached, limit, clock, late), template.signal).then((scheme) => ready(template, phase, scheme))
      : ready(template, phase, attached)
  }

  const ready = (template: RequestTemplate, phase: Phase, scheme?: AuthScheme): MaybePromise<Response> => {
    const read = template.request && template.readBody(clock)
    return read ? abortable(read, template.signal).then(() => send(template, phase, scheme)) : send(template, phase, scheme)
  }

  const send = (template: RequestTemplate, phase: Phase, scheme?: AuthScheme): MaybePromise<Response> => {
    template.scheme = scheme
    // Somebody signed in or out while we waited: nothing goes out for a session that is over.
    if (scheme?.usesTokens && session.phase.epoch !== phase.epoch) {
      if (template.handBack) return template.handBack()
      throw sessionOver(session.phase)
    }
    const { call, url, answered } = template
    const attempt = answered.length
    const { generation } = phase
    tell?.({ type: 'request', call, attempt, method: template.method, url: redacted(url), scheme: scheme?.name, generation })
    let sent: Promise<Response>
    try {
      sent = Promise.resolve(template.send((scheme && ways.get(scheme)) ?? fetch, hasCacheModes))
    } catch (error) {
      sent = Promise.reject(error)
    }
    if (tell) sent.catch((error) => tell({ type: 'request-failed', call, attempt, error: String(Object(error).name) }))
    return sent.then((response) => receive(response, template, phase))
  }

  const receive = (response: Response, template: RequestTemplate, phase: Phase): MaybePromise<Response> => {
    // Of origins that get no credentials nothing need be known, and a crawler's would fill the memory.
    if (template.withheld !== 'origin') {
      serverTime.observe(template, response)
      observe(response, template.url)
    }
    const { status } = response
    if (status !== 401 && status !== 403 && !isUnauthorized && !tell) return response
    return answer(response, template, phase, attach)
  }

  return (input, init) => {
    try {
      return Promise.resolve(begin(new RequestTemplate(input, init, nextCall(), adder)))
    } catch (error) {
      return Promise.reject(error)
    }
  }
}

/** A key store may hang, as a browser's database does at times. */
function late(): RefreshUnavailableError {
  return new RefreshUnavailableError('The scheme did not have its credentials in time')
}

/**
 * The `fetch` for requests of that scheme. On the way to another origin platforms drop `Authorization` and no other header: a scheme that
 * sets others follows redirects by its own `redirects`, or not at all.
 */
function wayOf(scheme: AuthScheme, fetch: FetchLike): FetchLike {
  const { headers } = scheme
  if (headers.every((name) => name === 'authorization')) return fetch
  return (
    scheme.redirects?.(fetch, headers) ??
    (async (input, init) => {
      const redirect = init?.redirect ?? (typeof input === 'object' && (input as Request).redirect)
      if ((redirect || 'follow') !== 'follow') return fetch(input, init)
      const response = await fetch(input, copyOf({ ...init, redirect: 'manual' })) // Not every platform knows `error` (workerd).
      if (!isRedirect(response)) return response
      throw notFollowed(response, 'the credentials are for one URL')
    })
  )
}
