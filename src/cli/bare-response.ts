import { readCurlCommand } from './curl-command'
import { type Exchange, type Fields, likelyScheme, showCredentials, urlOf, variable } from './exchange'
import { lastIndex } from './last-index'

/**
 * A response as `curl -i` and `wget -S` print it and people paste it: status line, fields, perhaps a body. Before it may stand the
 * request, just as bare: HTTPie, httpx, Postman, proxies. Of several the last. Nothing where there is none, or a transcript of curl's.
 */
export function readBareResponse(text: string): Exchange | undefined {
  const lines = text.split(/\r?\n/)
  if (lines.some((line) => /^(> \S+ \S+ HTTP\/|< HTTP\/)/.test(line))) return undefined
  const requestAt = lastIndex(lines.slice(0, lastIndex(lines, statusLine) + 1), requestLine)
  // A prompt, or curl's table of its progress, may stand before it.
  const statusAt = lines.findIndex((line, at) => at > requestAt && isStatus(line))
  if (statusAt < 0) return undefined
  const byWget = lines.slice(0, statusAt).some((line) => line.startsWith('HTTP request sent, awaiting response'))
  let start = byWget ? lastIndex(lines, statusLine) : statusAt
  let end = headEnd(lines, start)
  // A `100 Continue`, a proxy's own answer and a redirect that was followed come first.
  while (isStatus(lines[end + 1] ?? '')) {
    start = end + 1
    end = headEnd(lines, start)
  }
  const head = lines.slice(start, end)
  const body = lines.slice(end + 1).filter((line) => !ruler.test(line))
  // What was followed leads elsewhere, and may carry other fields.
  const isFollowed = lines.slice(statusAt, start).some((line) => /^\s*HTTP\/[\d.]+ 3/.test(line))
  const typed = readCurlCommand(lines.slice(0, statusAt).join('\n'))
  return {
    ...(requestAt >= 0 ? requestIn(lines.slice(requestAt, statusAt)) : isFollowed ? { followed: typed?.request } : typed),
    response: { status: Number(statusLine.exec(head[0] ?? '')?.[1]), fields: head.flatMap(fieldIn) },
    body: byWget ? undefined : body.join('\n').trim(), // It puts the body elsewhere: what follows are words of its own.
  }
}

function requestIn(lines: readonly string[]): Pick<Exchange, 'request' | 'mayHideCredentials'> {
  const [, method = '', path, url] = requestLine.exec(lines[0] ?? '') ?? []
  const end = headEnd(lines, 0)
  const fields = lines
    .slice(1, end)
    .flatMap(fieldIn)
    .map(([name, value]) => [name, value.replace(variable, '***')] as const)
  const host = fields.find(([name]) => /^host$/i.test(name))?.[1].trim() ?? 'unknown.invalid'
  return {
    request: {
      method,
      url: urlOf(method, url ?? path ?? '', `${likelyScheme(host)}://${host}`),
      fields,
      body: lines.slice(end).join('\n'),
    },
    mayHideCredentials: url !== undefined && !showCredentials(fields), // Whoever writes no version may have left out more.
  }
}

/** The blank line behind a head, or the end of the text. */
function headEnd(lines: readonly string[], start: number): number {
  let end = start
  while (end < lines.length && lines[end]?.trim() !== '') end++
  return end
}

function isStatus(line: string): boolean {
  return statusLine.test(line)
}

/** Without a version too, as a file of requests for an editor has it. */
const requestLine = /^([\w!#$%&'*+.^`|~-]+) (?:(\S+) HTTP\/[\d.]+|(https?:\/\/\S+))\s*$/
const statusLine = /^\s*HTTP\/[\d.]+ (\d{3})/
/** What Fiddler and `wget -d` put between messages, and IntelliJ behind them. */
const ruler = /^(---.*---|Response code: \d{3} .*|<Response body is empty>|Response file saved\.|> \S+\.\d{3}\.\w+)$/

function fieldIn(line: string): Fields {
  const [, name, value] = /^\s*([^\s:]+): ?(.*)$/.exec(line) ?? []
  return name === undefined || value === undefined ? [] : [[name, value]]
}
