import { diagnose } from './diagnose'
import type { Diagnosis } from './diagnosis'
import type { DiagnosedEvent } from './evidence'

/** The part of a console that is used. */
export interface Explained {
  warn(text: string): void
}

interface CallEvent extends DiagnosedEvent {
  readonly call?: number | undefined
  readonly attempt?: number | undefined
  readonly method?: string | undefined
  readonly url?: string | undefined
}

const most = 1_000

/**
 * An `onEvent` handler for development: prints one block for each 401 or 403 that was handed back, and for each failed refresh, with what
 * the client's events know of it. Holds no token, query or body.
 * @param console what to print to, such as the platform's.
 */
export function explainTo(console: Explained): (event: CallEvent) => void {
  const calls = new Map<number, CallEvent>()
  const responses = new Map<number, CallEvent>()
  const remember = (map: Map<number, CallEvent>, event: CallEvent): void => {
    map.set(event.call ?? -1, event)
    for (const oldest of map.keys()) if (map.size > most) map.delete(oldest)
  }

  return (event) => {
    const { type, call = -1, action, row } = event
    if (type === 'request') remember(calls, event)
    else if (type === 'response') remember(responses, event)
    else if (type === 'credentials-withheld') return
    else if (type === 'refresh-ended' && event.error) console.warn(blockOf('Refresh', diagnose({ event, error: event.error })))
    else if (type === 'decision') {
      const response = responses.get(call)
      const request = calls.get(call)
      responses.delete(call)
      calls.delete(call)
      const isHandedBack = action === 'return' || action === 'end'
      if (!isHandedBack || row === 1 || row === 2 || !response) return
      const what = `${response.status} ${request?.method ?? ''} ${request?.url ?? ''}`
      console.warn(blockOf(what, diagnose({ event: response }), event.reason))
    }
  }
}

/** A diagnosis as text, a line for each thing. */
export function blockOf(title: string, { summary, evidence, fixes, party, alternatives }: Diagnosis, reason?: string): string {
  return [
    title,
    `  ${summary}`,
    ...evidence.map((fact) => `  · ${fact}`),
    ...(reason ? [`  · the client decided: ${reason}`] : []),
    ...fixes.map((fix) => `  → ${fix}`),
    `  For: ${party}`,
    ...(alternatives.length ? [`  Or: ${alternatives.map((other) => other.summary).join(' · ')}`] : []),
  ].join('\n')
}
