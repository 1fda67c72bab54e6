import { readBareResponse } from './bare-response'
import { transcriptOfTrace } from './curl-trace'
import { readCurlTranscript } from './curl-transcript'
import type { Exchange } from './exchange'
import { readHar } from './har'
import { inspectedMessages } from './inspected'
import { readLoneFields } from './lone-fields'
import { failedInOkHttpLog, messagesOfOkHttpLog } from './ok-http-log'
import { quotedMessages } from './quoted-messages'

/** What was recorded, however it was shown: a HAR, what `curl -i` or HTTPie printed, a log of messages, fields alone, or a transcript of `curl -sv`. */
export function recorded(shown: string): Exchange {
  const text = outdented(shown.replace(coloursAndLinks, '').replace(timesOfCurl, '').replace(lineEnds, '\n'))
  return readHar(text) ?? withoutPrompt(messagesIn(text))
}

function messagesIn(text: string): Exchange {
  const logged = messagesOfOkHttpLog(text) ?? inspectedMessages(text) ?? quotedMessages(text)
  return (
    readBareResponse(text) ??
    (logged === undefined ? undefined : readBareResponse(logged)) ??
    failedInOkHttpLog(text) ??
    readLoneFields(text) ??
    readCurlTranscript(transcriptOfTrace(text) ?? text)
  )
}

/** A body in JSON ends with its last bracket. Right behind it, a terminal shows curl's last words, zsh's `%` or the next prompt. */
function withoutPrompt(exchange: Exchange): Exchange {
  const { body = '' } = exchange
  let depth = 0
  let isQuoted = false
  // Character by character: a pattern of a whole string keeps a way back for each letter, of which there may be millions.
  for (const { 0: piece, index } of /^[[{]/.test(body) ? body.matchAll(/\\.|["[\]{}]/gs) : []) {
    if (piece === '"') isQuoted = !isQuoted
    if (isQuoted || !/^[[\]{}]$/.test(piece)) continue
    depth += /[[{]/.test(piece) ? 1 : -1
    if (depth === 0) return { ...exchange, body: body.slice(0, index + 1) }
  }
  return exchange
}

/** In what a pseudo-terminal has recorded, two carriage returns stand before each end of a line that had one. */
const lineEnds = /(?<!\r)\r+\n/g

/** `curl -vv` and `--trace-time` put time and connection before each line of their own. */
const timesOfCurl = /^[\d:]+\.\d{6} (?:\[[\dx-]+\] )?(?=[*<>{}](?:[ \r]|$))/gm

/** Without the indent of the first line: pasted from where code has one. */
function outdented(text: string): string {
  const indent = /^(?:[ \t\r]*\n)*([ \t]+)\S/.exec(text)?.[1]
  if (indent === undefined) return text
  return text
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n')
}

/** On a terminal curl prints names of fields bold, and a Location as a link: `script` and other recorders keep it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are control characters.
const coloursAndLinks = /\x1b(?:\[[\d;]*[A-Za-z]|\]8;[^\x07\x1b]*(?:\x07|\x1b\\))/g
