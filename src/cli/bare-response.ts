import type { Exchange, Fields } from './exchange'

/** A response alone, as `curl -i` prints it and people paste it: status line, fields, perhaps a body. Nothing where there is none, or more. */
export function readBareResponse(text: string): Exchange | undefined {
  const lines = text.split(/\r?\n/)
  if (lines.some((line) => /^(> \S+ \S+ HTTP\/|< HTTP\/)/.test(line))) return undefined // A transcript shows the request too.
  // A prompt, or curl's table of its progress, may stand before it.
  const statusAt = lines.findIndex((line) => statusLine.test(line))
  if (statusAt < 0) return undefined
  let start = statusAt
  let end = headEnd(lines, start)
  // A `100 Continue`, a proxy's own answer and a redirect that was followed come first.
  while (statusLine.test(lines[end + 1] ?? '')) {
    start = end + 1
    end = headEnd(lines, start)
  }
  const head = lines.slice(start, end)
  return {
    response: { status: Number(statusLine.exec(head[0] ?? '')?.[1]), fields: head.flatMap(fieldIn) },
    body: lines
      .slice(end + 1)
      .join('\n')
      .trim(),
  }
}

/** The blank line behind a head, or the end of the text. */
function headEnd(lines: readonly string[], start: number): number {
  let end = start
  while (end < lines.length && lines[end]?.trim() !== '') end++
  return end
}

const statusLine = /^HTTP\/[\d.]+ (\d{3})/

function fieldIn(line: string): Fields {
  const [, name, value] = /^([^\s:]+): ?(.*)$/.exec(line) ?? []
  return name === undefined || value === undefined ? [] : [[name, value]]
}
