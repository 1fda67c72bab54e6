import type { Exchange } from './exchange'
import { lastIndex } from './last-index'

/**
 * The last exchange that OkHttp's `HttpLoggingInterceptor` wrote into a log, as messages: `--> GET …`, `<-- 401 …`. Before each line
 * may stand what the log puts there. At its level BASIC, and of fields that are redacted, nothing more is known.
 */
export function messagesOfOkHttpLog(text: string): string | undefined {
  const lines = linesOf(text)
  const answerAt = lastIndex(lines, answerLine)
  const url = /https?:\S+/.exec(lines[answerAt] ?? '')?.[0] ?? ''
  const before = lines.slice(0, answerAt + 1)
  // Calls run side by side; behind a redirect, the answer names another URL.
  const own = before.map((line) => requestLine.exec(line)?.[2]).lastIndexOf(url)
  const request = messageAt(before, own < 0 ? lastIndex(before, requestLine) : own)
  if (!request) return undefined
  return [
    ...request,
    `HTTP/1.1 ${answerLine.exec(lines[answerAt] ?? '')?.[1]}`,
    ...upTo(/^<-- END |^--> /, lines.slice(answerAt + 1)),
  ].join('\n')
}

/** Where no answer came to any request: the last one that failed, and what the log says of it. */
export function failedInOkHttpLog(text: string): Exchange | undefined {
  const lines = linesOf(text)
  const failedAt = lastIndex(lines, failedLine)
  const failed = failedLine.exec(lines[failedAt] ?? '')?.[1]
  const [first = '', ...rest] = messageAt(lines, lastIndex(lines.slice(0, failedAt), requestLine)) ?? []
  if (failed === undefined || !first || lines.some((line) => answerLine.test(line))) return undefined
  const [method = '', url = ''] = first.split(' ')
  const head = rest.slice(0, rest.indexOf(''))
  const fields = head.map((line) => [line.replace(/:.*/, ''), line.replace(/^[^:]*: ?/, '')] as const)
  return { request: { method, url, fields, body: rest.slice(head.length).join('\n') }, failed }
}

/** Without what the log puts before them; none where the log is another's. */
function linesOf(text: string): readonly string[] {
  const all = text.split(/\r?\n/).filter((line) => !/\bokhttp3\S* log$/.test(line)) // java.util.logging says where from.
  const before = all.flatMap((line) => /^(.*?)--> [A-Z]+ https?:/.exec(line)?.[1] ?? [])[0]
  if (before === undefined) return []
  const prefix = prefixLike(before)
  return all.map((line) => line.replace(prefix, ''))
}

function messageAt(lines: readonly string[], at: number): readonly string[] | undefined {
  const [, method, url] = requestLine.exec(lines[at] ?? '') ?? []
  return method === undefined ? undefined : [`${method} ${url}`, ...upTo(/^--> END |^<-- /, lines.slice(at + 1))]
}

const requestLine = /^--> ([A-Z]+) (https?:\S+)/
const answerLine = /^<-- (\d{3}) /
const failedLine = /^<-- HTTP FAILED: (.+)/

/** Times and numbers of threads change from line to line; behind what is empty there may be no blanks. */
function prefixLike(before: string): RegExp {
  const pattern = before
    .trimEnd()
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/\d+/g, '\\d+')
    .replace(/\s+/g, '\\s+')
  return new RegExp(`^${pattern} {0,${before.length - before.trimEnd().length}}`)
}

function upTo(end: RegExp, lines: readonly string[]): readonly string[] {
  const at = lines.findIndex((line) => end.test(line))
  const shown = lines.slice(0, at < 0 ? undefined : at).filter((line) => !redacted.test(line))
  const body = shown.findIndex((line) => !field.test(line)) // Some logs leave out the empty line before it.
  return body < 0 ? [...shown, ''] : [...shown.slice(0, body), '', ...shown.slice(body), '']
}

const field = /^[\w!#$%&'*+.^`|~-]+:/

/** Whether there was a credential, or which, it does not say. */
const redacted = /^[\w-]+: ██$/
