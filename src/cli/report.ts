import { diagnose } from '../diagnose/diagnose'
import type { DiagnoseInput } from '../diagnose/diagnose-input'
import type { Diagnosis } from '../diagnose/diagnosis'
import { harmless, harmlessName, harmlessUrl } from '../diagnose/harmless'
import { inWords } from '../diagnose/in-words'
import { mayHoldKey } from '../diagnose/key-field'
import { secretsOf } from '../diagnose/secrets'
import { serverTimeOf } from '../diagnose/server-time'
import { bodyFromFile, curlLine, leftOut } from './curl-line'
import { type Exchange, type Fields, readable, type SentRequest } from './exchange'
import type { Paint } from './paint'
import { secretsInBody } from './secrets-in-body'
import { type ShownToken, shownToken } from './shown-token'
import { tokenLines } from './token-lines'

/** All that `explain` has to say; what `--json` prints. */
export interface Report {
  /** Absent where the answer alone was recorded. */
  readonly request?: { readonly method: string; readonly url: string } | undefined
  /** Which one of a HAR's this is, or what was assumed of it. */
  readonly taken?: string | undefined
  readonly response?: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined
  readonly token?: ShownToken | undefined
  /** How far this machine's clock is ahead of the server's `Date`; a cache’s `Age` counted in. */
  readonly skewInMilliseconds?: number | undefined
  readonly diagnosis: Diagnosis
  readonly curl?: string | undefined
}

export function reportOf(recorded: Exchange, expected: DiagnoseInput['expected']): Report {
  // What the server repeats is taken out before anything is concluded.
  const exchange = withoutSecrets(recorded, [...secretsShown(recorded.request), ...secretsFollowed(recorded.followed)])
  const { request, response, at, mayHideCredentials, taken } = exchange
  const input = inputOf(exchange, expected)
  const hidden = mayHideCredentials && request?.method !== 'OPTIONS' && response !== undefined
  const secrets = secretsOf(input)
  const serverTime = serverTimeOf((name) => input.response?.headers.get(name) ?? '')
  return {
    request: request && { method: harmlessName(request.method), url: harmlessUrl(request.url) },
    taken,
    response: response && {
      status: response.status,
      headers: joined(
        response.fields
          .filter(([name]) => telling.test(name))
          .map(([name, value]) => [name.toLowerCase(), harmless(/^location$/i.test(name) ? harmlessUrl(value) : value, secrets)]),
      ),
    },
    token: shownToken(/^\S+\s+(\S+)/.exec(input.request?.headers.get('authorization') ?? '')?.[1]),
    skewInMilliseconds: at === undefined || serverTime === undefined ? undefined : at - serverTime,
    diagnosis: hidden || !request ? diagnosisOfHidden(exchange, expected) : diagnose(input),
    curl: request && curlLine(request),
  }
}

function secretsShown({ secrets = [], body }: Partial<SentRequest> = {}): readonly string[] {
  return [...secrets, ...secretsInBody(body)]
}

function secretsFollowed(followed: SentRequest | undefined): readonly string[] {
  return followed ? [...secretsShown(followed), ...secretsOf({ request: { url: followed.url, headers: readable(followed.fields) } })] : []
}

function inputOf({ request, response, body, at, failed }: Exchange, expected: DiagnoseInput['expected']): DiagnoseInput {
  return {
    request: request && { method: request.method, url: request.url, headers: readable(request.fields) },
    response: response && { status: response.status, headers: readable(response.fields) },
    body,
    now: at,
    event: failed === undefined ? undefined : { type: 'request-failed', error: failed },
    expected,
  }
}

function withoutSecrets({ response, body, ...rest }: Exchange, secrets: readonly string[]): Exchange {
  const known = secrets.filter((secret) => secret.length > 3).sort((one, other) => other.length - one.length)
  const hidden = (text: string) => known.reduce((left, secret) => left.split(secret).join('[redacted]'), text)
  return {
    ...rest,
    response: response && { ...response, fields: response.fields.map(([name, value]) => [name, hidden(value)] as const) },
    body: body === undefined ? undefined : hidden(body),
  }
}

/** A field may come in several lines (RFC 9110 §5.3): none is left out. */
function joined(fields: Fields): Readonly<Record<string, string>> {
  const all = new Map<string, string>()
  for (const [name, value] of fields) all.set(name, all.has(name) ? `${all.get(name)}, ${value}` : value)
  return Object.fromEntries(all)
}

/** Without the request, so that nothing is concluded from what it does not show; nor are its secrets repeated. */
function diagnosisOfHidden(exchange: Exchange, expected: DiagnoseInput['expected']): Diagnosis {
  const { request } = exchange
  const fields = request?.fields.filter(([name]) => mayHoldKey(name.toLowerCase())) ?? []
  const secrets = secretsOf({ request: request && { url: request.url, headers: readable(fields) } })
  const input = inputOf({ ...withoutSecrets(exchange, secrets), request: undefined }, expected)
  const diagnosis = diagnose({ ...input, event: { type: 'response', method: request?.method, url: request?.url } })
  const shown = request
    ? 'No credentials are shown: browsers leave them out of a HAR unless told otherwise, and some logs do.'
    : 'The request is not shown: what was sent is not known.'
  const evidence = [...diagnosis.evidence, shown]
  return diagnosis.cause === 'not-refused' ? diagnosis : { ...diagnosis, evidence }
}

export function reportText(report: Report, now: number, { bold, dim, red, green }: Paint): string {
  const { request, taken, response, token, skewInMilliseconds: skew, diagnosis, curl } = report
  const good = diagnosis.cause === 'not-refused'
  return [
    bold(request ? `${request.method} ${request.url}` : 'A response'),
    ...(taken ? [dim(`  ${taken}`)] : []),
    response ? `  ${response.status}` : '  no answer',
    ...Object.entries(response?.headers ?? {}).map(([name, value]) => dim(`  ${name}: ${value}`)),
    '',
    ...(token ? [...tokenLines(token, now), ''] : []),
    ...(skew === undefined ? [] : [`Clocks: ${skewInWords(skew)}`, '']),
    (good ? green : red)(bold(diagnosis.summary)),
    `  ${labelOf(diagnosis)}, ${diagnosis.confidence}${good ? '' : `; to fix by: ${diagnosis.party}`}`,
    ...diagnosis.evidence.map((text) => `  · ${text}`),
    ...diagnosis.fixes.map((text) => `  → ${text}`),
    ...diagnosis.alternatives.map((other) => dim(`  or, ${other.confidence}: ${other.summary} (${other.cause})`)),
    ...(curl ? ['', dim(`To send it again, ${toDoBefore(curl)}:`), `  ${curl}`] : []),
  ].join('\n')
}

/** Unknown, and likely: what is known is that the status is about something else. */
function labelOf({ cause, confidence }: Diagnosis): string {
  return cause === 'unknown' && confidence !== 'possible' ? 'not about credentials' : cause
}

/** The variables hold what no output may; and a query or a body may be a secret. */
function toDoBefore(curl: string): string {
  const toDo = [
    'set its variables to your secrets',
    ...(curl.includes(`${leftOut}'`) ? ['put the query back in place of “?…”'] : []),
    ...(curl.includes(` ${bodyFromFile} `) ? ['write the body to a file named “body”'] : []),
  ]
  return toDo.join(', ').replace(/, (?!.*, )/, ' and ')
}

const telling =
  /^(www-authenticate|proxy-authenticate|date|age|cache-control|via|server|x-cache|location|content-type|x-ms-diagnostics|x-seraph-loginreason|x-authentication-denied-reason|dpop-nonce|retry-after|access-control-[a-z-]+)$/i

function skewInWords(skew: number): string {
  // `Date` has whole seconds, and the answer took its time.
  return Math.abs(skew) < 2000 ? 'they agree' : `this machine is ${inWords(skew)} ${skew > 0 ? 'ahead of' : 'behind'} the server`
}
