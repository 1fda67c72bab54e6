import type { DiagnoseInput } from '../diagnose/evidence'

/** The exchanges in a pasted `curl -v`, or the refused ones of a HAR. */
export function exchangesIn(text: string): readonly DiagnoseInput[] {
  return text.trimStart().startsWith('{') ? inHar(text) : inCurl(text)
}

interface HarFields {
  readonly name: string
  readonly value: string
}

function inHar(text: string): readonly DiagnoseInput[] {
  const entries: unknown = Object(Object(parsed(text)).log).entries
  if (!Array.isArray(entries)) return []
  return entries.flatMap((entry) => {
    const { request, response, startedDateTime } = Object(entry)
    const status = Number(Object(response).status)
    if (![401, 403, 407, 419, 440, 498].includes(status)) return []
    return {
      request: { method: String(Object(request).method), url: String(Object(request).url), headers: headersOf(Object(request).headers) },
      response: { status, headers: headersOf(Object(response).headers), url: String(Object(request).url), type: 'basic' as const },
      body: textOf(Object(Object(response).content).text),
      now: Date.parse(String(startedDateTime)) || null,
    }
  })
}

function inCurl(text: string): readonly DiagnoseInput[] {
  const lines = text.split(/\r?\n/)
  const sent = lines.flatMap((line) => /^> (.*)$/.exec(line)?.[1] ?? [])
  const received = lines.flatMap((line) => /^< (.*)$/.exec(line)?.[1] ?? [])
  const [, method = 'GET', path = '/'] = /^(\S+) (\S+) HTTP/.exec(sent[0] ?? '') ?? []
  const status = Number(/^HTTP\/[\d.]+ (\d{3})/.exec(received.filter((line) => line.startsWith('HTTP/')).at(-1) ?? '')?.[1])
  if (!status) return []
  const headers = fieldsOf(sent)
  const body = lines.filter((line) => !/^[<>*{}]|^\s*$/.test(line)).join('\n')
  const url = `https://${headers.get('host') ?? 'unknown'}${path}`
  return [{ request: { method, url, headers }, response: { status, headers: fieldsOf(received), url, type: 'basic' }, body }]
}

function fieldsOf(lines: readonly string[]): Headers {
  return headersOf(
    lines.flatMap((line) =>
      /^[\w!#$%&'*+.^`|~-]+:/.test(line) ? { name: line.slice(0, line.indexOf(':')), value: line.slice(line.indexOf(':') + 1).trim() } : [],
    ),
  )
}

function headersOf(fields: unknown): Headers {
  const headers = new Headers()
  for (const { name, value } of Array.isArray(fields) ? (fields as readonly HarFields[]) : []) {
    try {
      headers.append(name, value)
    } catch {} // HTTP/2's own, such as `:authority`.
  }
  return headers
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
