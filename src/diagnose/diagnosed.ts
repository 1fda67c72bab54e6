import type { DiagnosedEvent, DiagnoseInput } from './diagnose-input'
import type { Diagnosis } from './diagnosis'
import { type InspectedExchange, inspector } from './inspect'

/** An `onEvent` handler whose `decision` events carry a diagnosis. */
export interface Diagnosed<Event> {
  (event: Event): unknown
  /** Diagnoses a response that the client shows it; `undefined` where it is no refusal, or no 401 and nothing explains it. */
  readonly inspect: (exchange: InspectedExchange) => Promise<Diagnosis | undefined>
}

/**
 * Gives each `decision` about a refusal its `status` and its `diagnosis`, made from all that the client saw: the request as it was sent,
 * the tokens, the response and its body (at most 16 KiB of a copy). So the event alone says why, and holds no secret. A refused call
 * waits for that, half a second at most.
 * @param expected what the API takes, where you know.
 * @example onEvent: diagnosed(sendToLogs)
 */
export function diagnosed<Event extends DiagnosedEvent>(
  handler: (event: Event) => unknown,
  expected?: DiagnoseInput['expected'],
): Diagnosed<Event> {
  return Object.assign((event: Event) => handler(event), { inspect: inspector(expected) })
}
