import { readCurlCommand } from './curl-command'
import { type Exchange, likelyScheme, UsageError, urlOf } from './exchange'
import { lastIndex } from './last-index'

/** The last exchange of what `curl -v` prints: `>` was sent, `<` came back, `*` is curl’s own talk, which may stand right behind the body. */
export function readCurlTranscript(text: string): Exchange {
  const lines = text.replace(progressMeter, '').split(/\r?\n/)
  const requestAt = lastIndex(lines, requestLine)
  const [, method = 'GET', target = '/'] = requestLine.exec(lines[requestAt] ?? '') ?? []
  if (requestAt < 0) return unsent(lines)
  const rest = lines.slice(requestAt + 1)
  const sent = fieldsOf(rest, '>')
  const host = sent.find(([name]) => /^host$/i.test(name))?.[1] ?? 'unknown.invalid'
  const statusAt = lastIndex(rest, statusLine) // A `100 Continue` may come first.
  const answer = statusAt < 0 ? [] : rest.slice(statusAt + 1)
  const isSaid = (talk: RegExp) => lines.some((line) => talk.test(line))
  const scheme = isSaid(throughTls) ? 'https' : isSaid(toOtherPort) ? 'http' : likelyScheme(host)
  // With `-i`, curl prints the fields of the answer before its body too: they are none of it, and may be cookies.
  const fieldLines = new Set(rest.filter((line) => line.startsWith('< ')).map((line) => line.slice(2)))
  const typed = readCurlCommand(text)?.request
  const body = rest.slice(0, Math.max(statusAt, 0)).filter((line) => !marked.test(line))
  return {
    request: {
      method,
      url: urlOf(method, target, `${scheme}://${host}`),
      fields: sent,
      body: [typed?.body, ...body].join('\n'),
      secrets: typed?.secrets,
    },
    response: statusAt < 0 ? undefined : { status: Number(statusLine.exec(rest[statusAt] ?? '')?.[1]), fields: fieldsOf(answer, '<') },
    body: answer
      .filter((line) => !marked.test(line) && !fieldLines.has(line))
      .join('\n')
      .replace(/\* Connection #\d+ to host \S* left intact\s*$/, '')
      .trim(),
    failed: statusAt < 0 ? lastSaid(lines) : undefined,
  }
}

/** No connection, so no request: where it was meant to go is in curl’s own talk. */
function unsent(lines: readonly string[]): Exchange {
  const [, host, portBehindName, portBehindAddress] = meantFor.exec(lines[lastIndex(lines, meantFor)] ?? '') ?? []
  const port = portBehindName ?? portBehindAddress
  if (host === undefined)
    throw new UsageError(
      'The file is neither a HAR nor a transcript of `curl -sv`, nor a response that begins with a line such as `HTTP/1.1 401` or has a `WWW-Authenticate`. Record one: `curl -sv URL > file 2>&1`.',
    )
  const scheme = port === '443' || lines.some((line) => throughTls.test(line)) ? 'https' : 'http'
  const authority = port && !/^(80|443)$/.test(port) ? `${host}:${port}` : host
  return { request: { method: 'GET', url: `${scheme}://${authority}/`, fields: [] }, failed: lastSaid(lines) }
}

/** A name, then perhaps its address in brackets, which the port stands in or behind. */
const meantFor =
  /^\* +(?:Could not resolve host:|Failed to connect to|Trying|(?:Connected|Established connection) to) +\[?([\w.-]+?)\]?(?:(?::| port )(\d+).*| \([^ )]*\)? port (\d+).*)?$/s
/** Each library that curl may be built with speaks of it in words of its own. Names of hosts, cookies and users may hold the same. */
const throughTls =
  /^\* +schannel|^\* (?!.*(?:\b(?:host|port|cookie|user)\b|https?:)).*(?:SSL|TLS|ALPN|schannel)|^[*>] .*HTTP\/3|^\* .*\bQUIC\b/i
/** Other than that of https, or one like it: without a word of TLS, it was http. Behind the first port may stand the client's own. */
const toOtherPort = /^\* (?:(?!\bport\b).)*\bport (?!\d*443\b)\d+/

/** But for what HTTP/2 and 3 tell of each field, credentials too: `[HTTP/2] [1] [authorization: …]`. */
function lastSaid(lines: readonly string[]): string {
  const said = lines.flatMap((line) => /^(?:\*|curl: \(\d+\)) +(?!Closing|shutting|Connection #|\[)(.+)$/is.exec(line)?.[1] ?? [])
  return said.at(-1) ?? 'nothing came back'
}

/** What is no part of a body. */
const marked = /^([*<>]( |$)|[{}] \[\d+ bytes)/
const requestLine = /^> ([\w!#$%&'*+.^`|~-]+) (\S+) HTTP\/[\d.]+/ // A method may be any token: `-X get` is sent as it is.
/** Without `-s`, and with its output not on a terminal, curl draws this over and over: twelve columns behind a carriage return. */
const progressMeter = /(?:^|\r) *(?:[\d.]+[kMGTP]? +){8}(?:[\d-]+:[\d-]{2}:[\d-]{2} +){3}[\d.]+[kMGTP]?/gm
const statusLine = /^< HTTP\/[\d.]+ (\d{3})/

function fieldsOf(lines: readonly string[], mark: string): readonly (readonly [string, string])[] {
  return lines.flatMap((line) => {
    const [, name, value] = line[0] === mark ? (/^. ([^\s:]+): ?(.*)$/.exec(line) ?? []) : []
    return name === undefined || value === undefined ? [] : [[name, value] as const]
  })
}
