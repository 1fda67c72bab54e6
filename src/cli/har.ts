import { isCalledKey } from '../diagnose/key-field'
import { type Exchange, type Fields, UsageError } from './exchange'

/** The last refusal of a HAR, or its last entry; nothing where the text is none. */
export function readHar(text: string): Exchange | undefined {
  if (!/^\s*\{/.test(text)) return undefined
  const json = parsed(text)
  if (!('log' in objectOf(json))) return undefined
  const entries = listAt(objectAt(json, 'log'), 'entries')
  const lastOf = (is: (entry: unknown) => boolean) => entries.reduce<number>((last, entry, index) => (is(entry) ? index : last), -1)
  if (!entries.length) throw new UsageError('The HAR holds no entries.')
  const lastRefusal = [isRefusal, isRefusedByTokenEndpoint].map(lastOf).find((index) => index >= 0)
  const index = lastRefusal ?? entries.length - 1
  const entry = entries[index]
  const [request, response] = [objectAt(entry, 'request'), objectAt(entry, 'response')]
  const { text: body, encoding } = objectAt(response, 'content')
  const status = Number(response.status)
  const fields = fieldsOf(request)
  const at = Date.parse(String(objectOf(entry).startedDateTime))
  return {
    request: { method: String(request.method ?? 'GET'), url: String(request.url ?? ''), fields },
    // Browsers leave Authorization and Cookie out of what they export.
    mayHideCredentials: !fields.some(([name]) => /^(authorization|cookie)$/i.test(name) || isCalledKey(name.toLowerCase())),
    response: status > 0 ? { status, fields: fieldsOf(response).flatMap(linesOf) } : undefined,
    body: typeof body === 'string' ? (encoding === 'base64' ? Buffer.from(body, 'base64').toString('utf8') : body) : undefined,
    at: Number.isNaN(at) ? undefined : at,
    failed: status > 0 ? undefined : failureOf(response),
    taken: `entry ${index + 1} of ${entries.length}, the last${lastRefusal === undefined ? ': none was refused' : ' refusal'}`,
  }
}

/** 407 too: a proxy refuses. */
function isRefusal(entry: unknown): boolean {
  return [401, 403, 407, 419, 440, 498].includes(Number(objectAt(entry, 'response').status))
}

/** With 400 (RFC 6749 §5.2). */
function isRefusedByTokenEndpoint(entry: unknown): boolean {
  const response = objectAt(entry, 'response')
  const error = /"error"\s*:\s*"(invalid_(grant|client|scope|target)|unauthorized_client|unsupported_grant_type)"/
  return Number(response.status) === 400 && error.test(String(objectAt(response, 'content').text))
}

/** Some browsers' tools put the lines of one name into one value. */
function linesOf([name, value]: Fields[number]): Fields {
  return value.split('\n').map((line) => [name, line] as const)
}

/** Chrome says why in a field of its own; `net::ERR_FAILED` says no more than a script's TypeError, behind which a preflight may be. */
function failureOf({ _error: error }: Readonly<Record<string, unknown>>): string {
  return typeof error === 'string' && /^net::ERR_(?!FAILED)\w+$/.test(error) ? error : 'TypeError'
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError('The file begins like a HAR, but is not valid JSON.')
  }
}

function fieldsOf(message: Readonly<Record<string, unknown>>): Fields {
  return listAt(message, 'headers').map((field) => [String(objectOf(field).name), String(objectOf(field).value)] as const)
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return Object(value) as Readonly<Record<string, unknown>>
}

function objectAt(value: unknown, name: string): Readonly<Record<string, unknown>> {
  return objectOf(objectOf(value)[name])
}

function listAt(value: unknown, name: string): readonly unknown[] {
  const list = objectOf(value)[name]
  return Array.isArray(list) ? list : []
}
