/**
 * Messages that a log quotes, their line ends escaped: those that Go prints with `%q`, those in the log of k6 with `--http-debug`, and
 * what Python's `http.client` prints with `debuglevel = 1`.
 */
export function quotedMessages(text: string): string | undefined {
  if (!quoted.test(text)) return undefined
  const lines = text.split(/\r?\n/).filter((line) => !/^(DEBUG|\d{4}-).*urllib3/.test(line)) // It says the same in fewer words.
  const isPython = lines.some((line) => /^send: b/.test(line))
  return (isPython ? lines.flatMap(ofPython) : lines.flatMap((line) => unescaped(quoted.exec(line)?.[2]))).join('\n')
}

const quoted = /(?:^send: b|^|[\s=(])(["'])((?:(?:Request|Response):\\n)?(?:[A-Z]+ \S+ HTTP\/|HTTP\/[\d.]+ \d{3})(?:\\.|(?!\1)[^\\\n])*)\1/m

/** Of the answer it prints the head, line by line; a body is printed by the program, if it is. */
function ofPython(line: string, at: number, lines: readonly string[]): readonly string[] {
  const [, by, , said = ''] = /^(send|reply): b?(["'])(.*)\2$/.exec(line) ?? []
  if (by) return unescaped(by === 'reply' ? said.replace(/\\r\\n$/, '') : said)
  const field = fieldLine.exec(line)?.[1]
  if (field !== undefined) return [field]
  return fieldLine.test(lines[at - 1] ?? '') ? ['', line] : [line]
}

const fieldLine = /^header: (.*)$/

function unescaped(text = ''): readonly string[] {
  const plain: Readonly<Record<string, string>> = { n: '\n', r: '', t: '\t' }
  return text.replace(/\\(.)/g, (_, character: string) => plain[character] ?? character).split('\n')
}
