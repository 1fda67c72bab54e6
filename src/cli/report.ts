import { diagnose } from '../diagnose/diagnose'
import type { Diagnosis } from '../diagnose/diagnosis'
import type { DiagnoseInput } from '../diagnose/facts'
import { harmless, harmlessName, harmlessUrl } from '../diagnose/harmless'
import { inWords } from '../diagnose/in-words'
import { type JsonObject, jwtParts } from '../diagnose/jwt-parts'
import { secretsOf } from '../diagnose/secrets'
import { serverTimeOf } from '../diagnose/server-time'
import { curlLine } from './curl-line'
import { type Exchange, readable } from './exchange'
import type { Paint } from './paint'
import { tokenLines } from './token-lines'

/** All that `explain` has to say; what `--json` prints. */
export interface Report {
  readonly request: { readonly method: string; readonly url: string }
  readonly response?: { readonly status: number; readonly headers: Readonly<Record<string, string>> } | undefined
  readonly token?: { readonly header: JsonObject; readonly claims: JsonObject } | undefined
  /** How far this machine's clock is ahead of the server's `Date`, in milliseconds; a cache’s `Age` counted in. */
  readonly skew?: number | undefined
  readonly diagnosis: Diagnosis
  readonly curl: string
}

export function reportOf(exchange: Exchange, expected: DiagnoseInput['expected']): Report {
  const { request, response, body, at, failed, mayHideCredentials } = exchange
  const { method, url } = request
  const input: DiagnoseInput = {
    request: { method, url, headers: readable(request.fields) },
    response: response && { status: response.status, headers: readable(response.fields) },
    body,
    now: at,
    event: failed === undefined ? undefined : { type: 'request-failed', error: failed },
    expected,
  }
  const hidden = mayHideCredentials && method !== 'OPTIONS' && response !== undefined
  const secrets = secretsOf(input)
  const serverTime = serverTimeOf((name) => input.response?.headers.get(name) ?? '')
  return {
    request: { method: harmlessName(method), url: harmlessUrl(url) },
    response: response && {
      status: response.status,
      headers: Object.fromEntries(
        response.fields
          .filter(([name]) => telling.test(name))
          .map(([name, value]) => [name.toLowerCase(), harmless(/^location$/i.test(name) ? harmlessUrl(value) : value, secrets)]),
      ),
    },
    token: jwtParts(/^\S+\s+(\S+)/.exec(input.request?.headers.get('authorization') ?? '')?.[1]),
    skew: at === undefined || serverTime === undefined ? undefined : at - serverTime,
    diagnosis: hidden ? diagnosisOfHidden(input) : diagnose(input),
    curl: curlLine(exchange),
  }
}

/** Without the request, so that nothing is concluded from what it does not show. */
function diagnosisOfHidden({ request, ...input }: DiagnoseInput): Diagnosis {
  const diagnosis = diagnose({ ...input, event: { type: 'response', method: request?.method, url: request?.url } })
  const evidence = [...diagnosis.evidence, 'No credentials are shown: browsers leave them out of a HAR unless told otherwise.']
  return diagnosis.cause === 'not-refused' ? diagnosis : { ...diagnosis, evidence }
}

export function reportText(report: Report, now: number, { bold, dim, red, green }: Paint): string {
  const { request, response, token, skew, diagnosis, curl } = report
  const good = diagnosis.cause === 'not-refused'
  return [
    bold(`${request.method} ${request.url}`),
    response ? `  ${response.status}` : '  no answer',
    ...Object.entries(response?.headers ?? {}).map(([name, value]) => dim(`  ${name}: ${value}`)),
    '',
    ...(token ? [...tokenLines(token, now), ''] : []),
    ...(skew === undefined ? [] : [`Clocks: ${skewInWords(skew)}`, '']),
    (good ? green : red)(bold(diagnosis.summary)),
    `  ${diagnosis.cause}, ${diagnosis.confidence}; up to: ${diagnosis.party}`,
    ...diagnosis.evidence.map((text) => `  · ${text}`),
    ...diagnosis.fixes.map((text) => `  → ${text}`),
    ...diagnosis.alternatives.map((other) => dim(`  or, ${other.confidence}: ${other.summary} (${other.cause})`)),
    '',
    dim('To send it again, the secrets in the variables of your shell:'),
    `  ${curl}`,
  ].join('\n')
}

const telling =
  /^(www-authenticate|proxy-authenticate|date|age|cache-control|via|server|x-cache|location|content-type|dpop-nonce|retry-after|access-control-[a-z-]+)$/i

function skewInWords(skew: number): string {
  // `Date` has whole seconds, and the answer took its time.
  return Math.abs(skew) < 2000 ? 'they agree' : `this machine is ${inWords(skew)} ${skew > 0 ? 'ahead of' : 'behind'} the server`
}
