import { diagnose } from './diagnose'
import type { DiagnosedEvent, DiagnoseInput } from './diagnose-input'
import { type Diagnosed, diagnosed } from './diagnosed'
import type { Diagnosis } from './diagnosis'
import { harmless, harmlessUrl } from './harmless'

/** Where the blocks go: the `console`, or anything with its `warn`. */
export interface ExplainConsole {
  /** Gets one block at a time: several lines, no line break behind the last. */
  warn(text: string): void
}

interface Call {
  readonly method: string
  readonly url: string
  readonly scheme: string | undefined
  readonly response?: DiagnosedEvent
}

/** Of more calls than this, the oldest are not followed. */
const mostCalls = 1000

/**
 * An `onEvent` handler for development: one readable block for each 401 that the client gives back, rejects the call for or asks
 * `onStepUp` about, and for each refresh that fails (what waited for it gets no block of its own). Nothing secret is printed. One handler
 * for one client: the calls of each are numbered from 0.
 * @param expected what the API takes, where you know.
 */
export function explainTo(target: ExplainConsole, expected?: DiagnoseInput['expected']): Diagnosed<DiagnosedEvent> {
  const calls = new Map<number, Call>()

  const started = ({ call = -1, method = 'GET', url = '', scheme }: DiagnosedEvent): void => {
    // Of a call that a failed refresh rejects, no event tells the end.
    if (calls.size >= mostCalls) calls.delete(calls.keys().next().value ?? call)
    calls.set(call, { method, url: harmlessUrl(url), scheme })
  }

  const answered = (event: DiagnosedEvent): void => {
    const { call = -1, status } = event
    const known = calls.get(call)
    if (status !== 401) calls.delete(call)
    else if (known) calls.set(call, { ...known, response: event })
  }

  const decided = ({ call = -1, type, action, reason, diagnosis: made }: DiagnosedEvent): void => {
    const known = calls.get(call)
    if (!known?.response || !/^(return|reject|end|step-up)$/.test(action ?? '')) return
    calls.delete(call)
    const { method, url, scheme, response } = known
    const what = decidesTheCause(reason) ? { type } : { diagnosis: made }
    const diagnosis = diagnose({ event: { ...response, ...what, reason, scheme, method, url } })
    target.warn(block(`401 ${method} ${url}`, diagnosis, reason && `${doneBy(action)}: ${reason}`))
  }

  return diagnosed((event) => {
    if (event.type === 'request') return started(event)
    if (event.type === 'response') return answered(event)
    if (event.type === 'request-failed') return void calls.delete(event.call ?? -1)
    if (event.type === 'decision') return decided(event)
    if (event.type === 'refresh-ended' && /^(rejected|unavailable|misconfigured)$/.test(event.outcome ?? ''))
      target.warn(block('The refresh failed', diagnose({ event })))
  }, expected)
}

function doneBy(action: string | undefined): string {
  if (action === 'step-up') return 'asks for a step-up'
  return action === 'reject' ? 'rejects the call' : 'handed the 401 back'
}

/** The client's reason says more than the challenge. */
function decidesTheCause(reason: string | undefined): boolean {
  return /^(origin|endpoint|caller|no refresh token|cooling down)$/.test(reason ?? '')
}

function block(title: string, { cause, confidence, summary, evidence, fixes, alternatives }: Diagnosis, done?: string): string {
  return [
    title,
    `  ${summary} (${cause}, ${confidence})`,
    ...evidence.map((text) => `  · ${text}`),
    ...(done ? [`  · The client ${harmless(done)}.`] : []),
    ...fixes.map((text) => `  → ${text}`),
    ...(alternatives.length ? [`  Or: ${alternatives.map((other) => other.cause).join(', ')}`] : []),
  ].join('\n')
}
