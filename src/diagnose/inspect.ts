import { readCopy } from '../platform/read-copy'
import type { TokenSet } from '../tokens/token-set'
import { diagnose } from './diagnose'
import type { DiagnoseInput } from './diagnose-input'
import type { Diagnosis } from './diagnosis'

/** A response that may be a refusal, with all that belongs to it. */
export interface InspectedExchange extends Pick<DiagnoseInput, 'request' | 'now'> {
  /** As it came. Its body stays the caller's: a copy is read. */
  readonly response: Response
  /** The session's; `null` where it has none. */
  readonly tokens?: TokenSet | null | undefined
}

/** Of a body, in bytes and milliseconds: an error fits, and nobody waits long for one that doesn't come. */
const mostRead = 16 * 1024
const patience = 500

/** Diagnoses a whole exchange while it is there. The body is read from a copy, where it is text and short; the app's stays whole. */
export function inspector(expected: DiagnoseInput['expected']): (exchange: InspectedExchange) => Promise<Diagnosis | undefined> {
  return async ({ response, request, tokens, now }) => {
    const isReadable = !response.bodyUsed && !response.body?.locked // Of a body that somebody is reading there is no copy.
    const isText = /json|html|text|xml/i.test(response.headers.get('content-type') ?? '')
    const body = isText && isReadable ? await readCopy(response, mostRead, patience) : undefined
    const diagnosis = diagnose({ response, request, tokens: tokens ?? undefined, now, body, expected })
    // A 401 that nothing explains is still a refusal, and what it says is told.
    return diagnosis.cause === 'not-refused' || (diagnosis.cause === 'unknown' && response.status !== 401) ? undefined : diagnosis
  }
}
