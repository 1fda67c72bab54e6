/** What `curl --trace` and `--trace-ascii` write, as `curl -v` prints it, and the bodies with it. */
export function transcriptOfTrace(text: string): string | undefined {
  if (!firstOfTrace.test(text)) return undefined
  const inHex = text.split(/\r?\n/).every((line) => !rowLine.test(line) || hexRow.test(line))
  return text
    .split(beforeBlock)
    .flatMap((block) => shown(block, inHex ? textOfHex : textOfRows))
    .join('\n')
}

const firstOfTrace = /^(?:[\d:.]+ )?(?:\[[\d-]+\] )?(?:== Info: |=> Send header, )/m
const beforeBlock = /^(?=(?:[\d:.]+ )?(?:\[[\d-]+\] )?(?:== Info: |=> Send |<= Recv ))/m
const blockLine = /^.*?(?:== Info: (.*)|(?:=(>) Send|(<)= Recv) (header|data), .*)$/
const rowLine = /^[\da-f]{4,}: /
const hexRow = /^[\da-f]{4,}: ((?:[\da-f]{2} ){1,16})/

/** Of a block; nothing of what TLS says for itself. Rows aside, what stands in it is what curl printed on the same terminal. */
function shown(block: string, text: (rows: readonly string[]) => string): readonly string[] {
  const [first = '', ...rest] = block.split(/\r?\n/)
  const [, talk, sent, received, what] = blockLine.exec(first) ?? []
  if (talk !== undefined) return [`* ${talk}`]
  const lines = text(rest.filter((line) => rowLine.test(line)))
    .trimEnd()
    .split(/\r?\n/)
  if (what === 'header') return lines.map((line) => `${sent ?? received} ${line}`)
  return what === 'data' ? lines.filter((line) => !chunkSize.test(line)) : []
}

const chunkSize = /^[\da-f]{1,8}$/

/** Each begins with how much stood before it: where that is more than was shown, a line had ended. */
function textOfRows(rows: readonly string[]): string {
  const offsetOf = (row = '') => Number.parseInt(row, 16)
  const texts = rows.map((row) => row.replace(rowLine, ''))
  return texts
    .map((text, at) => (offsetOf(rows[at + 1]) > offsetOf(rows[at]) + text.length ? `${text}\n` : text))
    .join('')
    .replace(endOfLine, '\n')
}

/** Alone, a line feed is shown as a full stop: so it is in JSON between what has to be there. */
const endOfLine = /(?<=[{[,])\.(?=\s*["{[])|\.(?=\s*[}\]])|(?<=[}\]])\.$/gm

function textOfHex(rows: readonly string[]): string {
  const bytes = rows
    .map((row) => hexRow.exec(row)?.[1] ?? '')
    .join('')
    .replace(/ /g, '')
  return Buffer.from(bytes, 'hex').toString('utf8')
}
