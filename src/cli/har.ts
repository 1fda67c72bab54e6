import { diagnose } from '../diagnose/diagnose'
import type { DiagnoseInput } from '../diagnose/diagnose-input'
import { factsOf } from '../diagnose/facts'
import { refreshRules } from '../diagnose/refresh-rules'
import { type Exchange, type Fields, readable, showCredentials, UsageError } from './exchange'

/** The last refusal of a HAR, or its last entry; nothing where the text is none. */
export function readHar(text: string): Exchange | undefined {
  if (!/^\s*\{\s*"/.test(text)) return undefined
  const json = parsed(text)
  if (!('log' in objectOf(json))) return undefined
  const entries = listAt(objectAt(json, 'log'), 'entries')
  const lastOf = (is: (entry: unknown) => boolean) => entries.reduce<number>((last, entry, index) => (is(entry) ? index : last), -1)
  if (!entries.length) throw new UsageError('The HAR holds no entries.')
  const lastRefusal = [isRefusal, isRefusedByTokenEndpoint, isRefusedInWords].reduce((last, is) => (last < 0 ? lastOf(is) : last), -1)
  const index = lastRefusal >= 0 ? lastRefusal : entries.length - 1
  const entry = entries[index]
  const [request, response] = [objectAt(entry, 'request'), objectAt(entry, 'response')]
  const status = Number(response.status)
  const fields = fieldsOf(request)
  const at = Date.parse(String(objectOf(entry).startedDateTime))
  return {
    request: { method: String(request.method ?? 'GET'), url: String(request.url ?? ''), fields, body: sentBody(request) },
    // Browsers leave Authorization and Cookie out of what they export.
    mayHideCredentials: !showCredentials(fields),
    response: status > 0 ? { status, fields: fieldsOf(response).flatMap(linesOf) } : undefined,
    body: bodyOf(response),
    at: Number.isNaN(at) ? undefined : at,
    failed: status > 0 ? undefined : failureOf(response),
    taken: `entry ${index + 1} of ${entries.length}, the last${lastRefusal < 0 ? ': none was refused' : ' refusal'}`,
  }
}

/** 407 too: a proxy refuses. */
function isRefusal(entry: unknown): boolean {
  return [401, 403, 407, 419, 440, 498].includes(Number(objectAt(entry, 'response').status))
}

/** With 400 (RFC 6749 §5.2), or as the rules know of others; one that asks to wait refuses nothing, nor does what may be an API's. */
function isRefusedByTokenEndpoint(entry: unknown): boolean {
  const facts = factsOf(inputOf(entry))
  return refreshRules.some(({ cause, find }) => cause !== 'refresh-unavailable' && (find(facts)?.weight ?? 0) > 75)
}

/** As GraphQL does with 200, others with 500 or by a redirect to a sign-in page; a browser that opens a page is led there to sign in. */
function isRefusedInWords(entry: unknown): boolean {
  const { request: sent, ...answer } = inputOf(entry)
  const { url, method } = sent
  if (answer.response.status < 400 && /^text\/html/.test(sent.headers.get('accept') ?? '')) return false
  // What browsers leave out may have been sent.
  const isShown = showCredentials(fieldsOf(objectAt(entry, 'request')))
  const { cause, confidence } = diagnose(isShown ? { request: sent, ...answer } : { event: { type: 'response', url, method }, ...answer })
  return confidence !== 'possible' && !/^(not-refused|unknown|refresh-unavailable)$/.test(cause)
}

function inputOf(entry: unknown) {
  const [request, response] = [objectAt(entry, 'request'), objectAt(entry, 'response')]
  return {
    request: { method: String(request.method ?? 'GET'), url: String(request.url ?? ''), headers: readable(fieldsOf(request)) },
    response: { status: Number(response.status), headers: readable(fieldsOf(response)) },
    body: bodyOf(response),
  } satisfies DiagnoseInput
}

function sentBody(request: Readonly<Record<string, unknown>>): string {
  const { text } = objectAt(request, 'postData')
  const params = listAt(objectAt(request, 'postData'), 'params').map(objectOf)
  return [String(text ?? ''), ...params.map(({ name, value }) => `${name}=${value}`)].join('&')
}

function bodyOf(response: Readonly<Record<string, unknown>>): string | undefined {
  const { text, encoding } = objectAt(response, 'content')
  if (typeof text !== 'string') return undefined
  return encoding === 'base64' ? Buffer.from(text, 'base64').toString('utf8') : text
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
