import type { Diagnosis } from '../diagnose/diagnosis'
import type { DiagnoseInput } from '../diagnose/evidence'
import { decodedToken } from './decoded-token'

export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
}

export function styleOf(isColoured: boolean): Style {
  const paint = (code: number) => (text: string) => (isColoured ? `\u001b[${code}m${text}\u001b[0m` : text)
  return { bold: paint(1), dim: paint(2), red: paint(31), green: paint(32) }
}

/** An exchange and its diagnosis, for people. Secrets are left out by name. */
export function printed({ request, response, tokens }: DiagnoseInput, diagnosis: Diagnosis, { bold, dim, red, green }: Style): string {
  const { cause, summary, evidence, fixes, party, confidence, alternatives } = diagnosis
  const token = tokens?.accessToken ? decodedToken(tokens.accessToken) : undefined
  const isRefused = cause !== 'not-refused'
  const sent = [...new Headers(request?.headers)].map(([name, value]) => `> ${name}: ${redactedField(name, value)}`)
  const received = [...(response?.headers ?? [])]
    .filter(([name]) => shown.test(name))
    .map(([name, value]) => `< ${name}: ${value.slice(0, 500)}`)
  return [
    dim(`> ${request?.method ?? 'GET'} ${bare(request?.url ?? '')}`),
    ...sent.map(dim),
    ...(response ? [dim(`< ${response.status}`), ...received.map(dim)] : []),
    ...(token
      ? [
          '',
          bold('The token says'),
          ...Object.entries({ ...token.header, ...token.claims }).map(([name, value]) => `  ${dim(name)} ${String(value)}`),
        ]
      : []),
    '',
    (isRefused ? red : green)(bold(summary)),
    `  ${dim('cause')} ${cause}, ${confidence}   ${dim('for')} ${party}`,
    ...evidence.map((fact) => `  · ${fact}`),
    ...fixes.map((fix) => `  → ${fix}`),
    ...alternatives.map((other) => dim(`  or: ${other.summary}`)),
    ...(request?.url ? ['', dim('To see it again:'), `  ${curlOf(request)}`] : []),
  ].join('\n')
}

const shown =
  /^(www-authenticate|date|age|via|server|cache-control|content-type|x-cache|retry-after|location|access-control-.*|dpop-nonce)$/
const secret = /authorization|cookie|token|key|secret|dpop|signature/i

function redactedField(name: string, value: string): string {
  if (!secret.test(name)) return value
  const [, scheme = ''] = /^([A-Za-z]+ )/.exec(value) ?? []
  return `${scheme}…`
}

function bare(url: string): string {
  return url.replace(/\?.*/, '?…').replace(/\/\/[^/]*@/, '//')
}

function curlOf(request: NonNullable<DiagnoseInput['request']>): string {
  const fields = [...new Headers(request.headers)].map(([name, value]) =>
    name === 'authorization'
      ? `-H "Authorization: ${/^([A-Za-z]+)/.exec(value)?.[1] ?? ''} $TOKEN"`
      : `-H '${name}: ${redactedField(name, value).replace(/'/g, "'\\''")}'`,
  )
  return ['curl -v', request.method === 'GET' ? '' : `-X ${request.method}`, ...fields, `'${bare(request.url ?? '').replace(/'/g, '%27')}'`]
    .filter(Boolean)
    .join(' ')
}
