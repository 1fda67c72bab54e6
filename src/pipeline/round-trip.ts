import { abortReason } from '../platform/abortable'
import { isPromise } from '../platform/maybe-promise'
import { allowedTarget } from './allowed-origins'
import { answer } from './answer'
import type { Call, PipelineOptions, Withheld } from './call'
import { redacted } from './redacted'
import { RequestTemplate } from './request-template'
import { send } from './send'

/** A `fetch`: attach, send, and answer what comes back where it is about credentials. */
export function createRoundTrip(options: PipelineOptions): (input: RequestInfo | URL, init?: RequestInit) => Promise<Response> {
  const { session, freshness, isUnauthorized, tell } = options
  let calls = 0
  return async (input, init) => {
    options.assertLive()
    const template = new RequestTemplate(input, init)
    const withheld = place(options, template, input)
    let phase = session.phase
    if (withheld) tell?.({ type: 'credentials-withheld', url: redacted(template.url), reason: withheld })
    else {
      const { signal } = template
      if (template.mode === 'no-cors') throw new TypeError("mode 'no-cors' drops the Authorization header: use 'cors'")
      if (signal?.aborted) throw abortReason(signal)
      // With a fresh token in a synchronous store nothing is awaited before the request is on its way.
      const looked = freshness.current(signal)
      const fresh = freshness.fresh(isPromise(looked) ? await looked : looked, template)
      phase = isPromise(fresh) ? await fresh : fresh
    }
    const call: Call = { id: calls++, template, withheld, attempt: 0, phase }
    const response = await send(options, call)
    const { status } = response
    return status === 401 || status === 403 || isUnauthorized || tell ? answer(options, call, response) : response
  }
}

/** Finds the URL to send to, and whether our credentials may go there (row 1). */
function place(
  { origins, hasOwnOrigins, base, endpoints, schemes }: PipelineOptions,
  template: RequestTemplate,
  input: RequestInfo | URL,
): Withheld | undefined {
  const asked = typeof input === 'object' && 'url' in input ? input.url : String(input)
  const url = allowedTarget(asked, origins, base)
  template.url = url ?? asked
  if (!url) {
    if (!hasOwnOrigins) throw new TypeError(`Credentials may not go to ${redacted(asked)}: add its origin to allowedOrigins`)
    return 'origin'
  }
  for (const endpoint of endpoints) if (url.indexOf(endpoint) === 0 && redacted(url) === endpoint) return 'endpoint'
  // What the caller set is the caller's: neither replaced nor answered for (A57).
  const { callers } = template
  return callers && schemes.some(({ headers }) => headers.some((name) => callers.has(name))) ? 'caller' : undefined
}
