import { type Exchange, type Fields, showCredentials, variable } from './exchange'

/** What the last `curl` of a text asks for, as it is typed, or as a browser copies it. */
export function readCurlCommand(text: string): Pick<Exchange, 'request' | 'mayHideCredentials'> | undefined {
  const typed = [...text.matchAll(command)].at(-1)?.[1]
  const options = optionsIn(wordsOf(typed?.startsWith('^"') ? withoutCarets(typed) : (typed ?? '')))
  const all = (names: RegExp) => options.filter(([name]) => names.test(name)).map(([, value]) => value)
  const url = all(/^--url$/)[0]
  if (url === undefined) return undefined
  const body = all(/^(-d|--data.*|--json|-F|--form)$/)
  const fields: Fields = [
    ...all(/^(-H|--header)$/).flatMap(fieldIn),
    ...all(/^(-b|--cookie)$/).flatMap((value) => (value.includes('=') ? [['Cookie', value] as const] : [])),
    ...all(/^--oauth2-bearer$/).map((token) => ['Authorization', `Bearer ${token}`] as const),
    ...(all(elsewhere).length ? [] : all(/^(-u|--user)$/)).map((pair) => ['Authorization', `Basic ${basicOf(pair)}`] as const),
  ]
  const method = all(/^(-X|--request)$/).at(-1) ?? (all(/^(-I|--head)$/).length ? 'HEAD' : body.length ? 'POST' : 'GET')
  return { request: { method, url, fields, body: body.join('&') }, mayHideCredentials: !showCredentials(fields) }
}

/** Behind a prompt, up to the end of its line; a line end that is escaped, or in quotes, is none. */
const command = /(?:^|[$%#>❯] )[ \t]*curl(?:\.exe)? ((?:'[^']*'|\^\r?\n|\\[\s\S]|"(?:\\[\s\S]|[^"\\])*"|[^'"\\\r\n])*)/gm
const words = /(?:\$?'(?:[^'])*'|"(?:\\[\s\S]|[^"\\])*"|\\[^\r\n]|[^\s'"\\|;<>])+/g
/** Credentials come from there, or are made by curl. */
const elsewhere = /^(-n|-K|-E|--netrc.*|--config|--cert|--digest|--ntlm|--negotiate|--anyauth|--aws-sigv4)$/

/** What the shell makes of each word; a variable is no longer known. */
function wordsOf(typed: string): readonly string[] {
  return (typed.match(words) ?? []).map((word) =>
    word.replace(
      /\$?'([^']*)'|"((?:\\[\s\S]|[^"\\])*)"|\\(.)|([^'"\\]+)/g,
      (_, single?: string, double?: string, escaped?: string, bare?: string) =>
        single?.replace(variable, '***') ?? withoutVariables(double?.replace(/\\(["\\`])/g, '$1') ?? bare ?? escaped ?? ''),
    ),
  )
}

function withoutVariables(text: string): string {
  return text.replace(/\$\{?\w+\}?|\$\([^()]*\)/g, '***').replace(variable, '***')
}

/** As cmd.exe wants it: browsers on Windows copy it so. */
function withoutCarets(typed: string): string {
  return typed.replace(/\^\r?\n/g, ' ').replace(/\^(.)/g, '$1')
}

/** Each with its value, which may stand right behind a letter; the URL has no name. */
function optionsIn(all: readonly string[]): readonly (readonly [name: string, value: string])[] {
  const options: (readonly [string, string])[] = []
  for (let at = 0; at < all.length; at++) {
    const word = all[at] ?? ''
    const [, flags = '', letter = '', behind = ''] = /^-([a-zA-Z#:0-9]*?)([AbcCdDeEFHKmoPQrTuUwxXyYz])(.*)$/s.exec(word) ?? []
    if (letter && !word.startsWith('--')) options.push([`-${letter}`, behind || (all[++at] ?? '')])
    for (const flag of word.startsWith('--') ? '' : flags || (/^-\w/.test(word) && !letter ? word.slice(1) : ''))
      options.push([`-${flag}`, ''])
    if (withValue.test(word)) options.push([word, all[++at] ?? ''])
    else if (word.startsWith('--')) options.push([word, ''])
    else if (/^https?:\/\//.test(word)) options.push(['--url', word])
    else if (/^(localhost|127\.|[\w-]+(\.[\w-]+)+)([:/]|$)/.test(word)) options.push(['--url', `http://${word}`])
  }
  return options
}

const withValue =
  /^--(url|header|request|user|data.*|json|form|cookie|oauth2-bearer|proxy.*|referer|user-agent|output|write-out|cert|config|resolve)$/

function basicOf(pair: string): string {
  return pair.includes(':') && !pair.includes('***') ? Buffer.from(pair).toString('base64') : '***'
}

function fieldIn(text: string): Fields {
  const [, name, value] = /^([^\s:]+): *(.*)$/s.exec(text) ?? []
  return name && value ? [[name, value]] : []
}
