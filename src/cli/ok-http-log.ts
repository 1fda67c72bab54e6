import { lastIndex } from './last-index'

/**
 * The last exchange that OkHttp's `HttpLoggingInterceptor` wrote into a log, as messages: `--> GET …`, `<-- 401 …`. Before each line
 * may stand what the log puts there. At its level BASIC, and of fields that are redacted, nothing more is known.
 */
export function messagesOfOkHttpLog(text: string): string | undefined {
  const all = text.split(/\r?\n/).filter((line) => !/\bokhttp3\S* log$/.test(line)) // java.util.logging says where from.
  const before = all.flatMap((line) => /^(.*?)--> [A-Z]+ https?:/.exec(line)?.[1] ?? [])[0]
  if (before === undefined) return undefined
  const prefix = prefixLike(before)
  const lines = all.map((line) => line.replace(prefix, ''))
  const answerAt = lastIndex(lines, answerLine)
  const requestAt = lastIndex(lines.slice(0, answerAt + 1), requestLine)
  if (requestAt < 0) return undefined
  const [, method, url] = requestLine.exec(lines[requestAt] ?? '') ?? []
  return [
    `${method} ${url}`,
    ...upTo(/^--> END |^<-- /, lines.slice(requestAt + 1)),
    `HTTP/1.1 ${answerLine.exec(lines[answerAt] ?? '')?.[1]}`,
    ...upTo(/^<-- END |^--> /, lines.slice(answerAt + 1)),
  ].join('\n')
}

const requestLine = /^--> ([A-Z]+) (https?:\S+)/
const answerLine = /^<-- (\d{3}) /

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
