/**
 * What Node prints of an axios error, of its `response`, or of a `Response`, as messages: the answer, and before it the request where that
 * is shown.
 */
export function inspectedMessages(shown: string): string | undefined {
  const text = shown.replace(/\r\n/g, '\n')
  const answer = [...text.matchAll(answerHead)].at(-1)
  if (!answer) return undefined
  const [all, indent = '', status, fields = ''] = answer
  const data = new RegExp(`^${indent}data: (.*(?:\\n${indent}[ }\\]].*)*)`, 'm').exec(text.slice(answer.index + all.length))?.[1]
  return [
    ...sentMessage(text),
    `HTTP/1.1 ${status}`,
    ...fields.split('\n').flatMap(fieldIn),
    '',
    jsonOf(data?.replace(/,$/, '') ?? ''),
  ].join('\n')
}

/** As Node quotes a string. */
const quoted = `'(?:\\\\.|[^'\\\\])*'|"(?:\\\\.|[^"\\\\])*"|\`(?:\\\\.|[^\`\\\\])*\``
const answerHead = /^( +)status: (\d{3}),\n +statusText: .*,\n +headers: .*\{\n((?:(?! *\}).*\n)*) *\}/gm

/** What `node:http` has sent, with the URL that it was sent to, and what the app gave as its body. */
function sentMessage(text: string): readonly string[] {
  const sentHead = new RegExp(`\\b_header: ((?:${quoted})(?: \\+\\n +(?:${quoted}))*)`, 'g')
  const literals = [...text.matchAll(sentHead)].at(-1)?.[1]
  if (literals === undefined) return []
  const head = textOf(literals).trimEnd().split(/\r?\n/)
  const host = head.flatMap((line) => /^host: (.*)$/i.exec(line)?.[1] ?? [])[0]
  const scheme = /\bprotocol: '(https?:)'/.exec(text)?.[1]
  const bodies = [...text.matchAll(new RegExp(`^ +data: (${quoted}),?$`, 'gm'))].map(([, literal = '']) => textOf(literal))
  const [first = '', ...rest] = head
  return [scheme && host ? first.replace(' /', ` ${scheme}//${host}/`) : first, ...rest, '', ...bodies]
}

function fieldIn(line: string): readonly string[] {
  const [, name = '', value = ''] = new RegExp(`^ *(${quoted}|[\\w-]+): (${quoted}),?$`).exec(line) ?? []
  return name ? [`${/^\w/.test(name) ? name : textOf(name)}: ${textOf(value)}`] : []
}

/** Of one literal, or of several with plus signs between. */
function textOf(literals: string): string {
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
  const inside = (literals.match(new RegExp(quoted, 'g')) ?? []).map((literal) => literal.slice(1, -1)).join('')
  return inside.replace(/\\(.)/g, (_, character: string) => escapes[character] ?? character)
}

/** JSON of what Node prints of an object; what lies too deep in it is not printed. */
function jsonOf(data: string): string {
  if (!/^[{[]/.test(data)) return textOf(data)
  return data.replace(new RegExp(`(${quoted})|\\[\\w+\\]|\\bundefined\\b|(?<=[{,]\\s+)([\\w$]+)(?=: )`, 'g'), (_, literal, key) =>
    literal ? JSON.stringify(textOf(literal)) : key ? `"${key}"` : 'null',
  )
}
