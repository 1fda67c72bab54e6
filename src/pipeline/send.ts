import { isPromise } from '../platform/maybe-promise'
import { tokenSetOf } from '../tokens/token-set'
import type { Call, PipelineOptions } from './call'
import { redacted } from './redacted'

/** Attaches and sends; the wrapped fetch is called before this returns, unless the scheme needs time. */
export async function send({ schemes: [scheme], fetch, tell, abortable }: PipelineOptions, call: Call): Promise<Response> {
  const { template, phase, attempt, id } = call
  // A token that can't stand in a header is never sent.
  const tokens = phase.held && phase.expiry.expiresAt !== 0 ? tokenSetOf(phase.held) : null
  if (!call.withheld && (tokens || !scheme.usesTokens)) {
    const attaching = scheme.attach(template, tokens, { attempt })
    if (isPromise(attaching)) await abortable(attaching, template.signal)
  }
  if (tell) {
    const { method, url, isTouched } = template
    tell({
      type: 'request',
      call: id,
      attempt,
      method,
      url: redacted(url),
      scheme: isTouched ? scheme.name : undefined,
      generation: phase.generation,
    })
  }
  const { headers } = scheme
  const response = await (template.isTouched && headers.some((name) => name !== 'authorization')
    ? template.send(scheme.redirects?.(fetch, headers) ?? ((input, init) => fetch(input, { redirect: 'error', ...init })))
    : template.send(fetch))
  scheme.observe?.(response)
  return response
}
