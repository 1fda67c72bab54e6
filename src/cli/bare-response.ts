import type { Exchange, Fields } from './exchange'

/** A response alone, as `curl -i` prints it and people paste it: status line, fields, perhaps a body. Nothing where there is none, or more. */
export function readBareResponse(text: string): Exchange | undefined {
  const lines = text.split(/\r?\n/)
  if (lines.some((line) => /^[<>*] /.test(line))) return undefined // A transcript shows the request too.
  // A prompt, or curl's table of its progress, may stand before it.
  const statusAt = lines.findIndex((line) => statusLine.test(line))
  return statusAt < 0 ? undefined : responseIn(lines.slice(statusAt))
}

function responseIn(lines: readonly string[]): Exchange {
  const blankAt = lines.findIndex((line) => line.trim() === '')
  const [head, behind] = blankAt < 0 ? [lines, []] : [lines.slice(0, blankAt), lines.slice(blankAt + 1)]
  // A `100 Continue`, a proxy's own answer and a redirect that was followed come first.
  if (statusLine.test(behind[0] ?? '')) return responseIn(behind)
  return {
    response: { status: Number(statusLine.exec(head[0] ?? '')?.[1]), fields: head.flatMap(fieldIn) },
    body: behind.join('\n').trim(),
  }
}

const statusLine = /^HTTP\/[\d.]+ (\d{3})/

function fieldIn(line: string): Fields {
  const [, name, value] = /^([^\s:]+): ?(.*)$/.exec(line) ?? []
  return name === undefined || value === undefined ? [] : [[name, value]]
}
