import { secretsOfPair, userInfo } from '../diagnose/secrets'
import { type Exchange, type Fields, showCredentials, variable } from './exchange'

/** What the last `curl` of a text asks for, as it is typed, or as a browser copies it. */
export function readCurlCommand(text: string): Pick<Exchange, 'request' | 'mayHideCredentials'> | undefined {
  const typed = [...text.matchAll(command)].at(-1)?.[1]
  const options = optionsIn(wordsOf(typed?.startsWith('^"') ? withoutCarets(typed) : (typed ?? '')))
  const all = (names: RegExp) => options.filter(([name]) => names.test(name)).map(([, value]) => value)
  const url = all(/^--url$/)[0] ?? all(/^$/)[0]
  if (url === undefined) return undefined
  const body = all(/^(-d|--data.*|--json|-F|--form(-string)?)$/)
  const fields: Fields = [
    ...all(/^(-H|--header)$/).flatMap(fieldIn),
    ...all(/^(-b|--cookie)$/).flatMap((value) => (value.includes('=') ? [['Cookie', value] as const] : [])),
    ...all(/^--oauth2-bearer$/).map((token) => ['Authorization', `Bearer ${token}`] as const),
    ...(all(elsewhere).length ? [] : all(/^(-u|--user)$/)).map((pair) => ['Authorization', `Basic ${basicOf(pair)}`] as const),
  ]
  const usual = methods.find(([, names]) => all(names).length)?.[0] ?? (body.length ? 'POST' : 'GET')
  const method = all(/^(-X|--request)$/).at(-1) ?? usual
  const pairs = [
    ...all(/^(-[uUE]|--(proxy-)?(user|cert))$/).filter((pair) => pair.includes(':')),
    ...options.flatMap(([, value]) => userInfo(value) ?? []),
  ]
  const secrets = [...pairs.flatMap(secretsOfPair), ...all(/^--(proxy-)?pass$/)].filter((secret) => !secret.includes('***'))
  return { request: { method, url, fields, body: body.join('&'), secrets }, mayHideCredentials: !showCredentials(fields) }
}

/** Behind a prompt (behind that of cmd.exe without a blank), up to the end of its line; a line end that is escaped, or in quotes, is none. */
const command = /(?:^|[$%#❯] |> ?)[ \t]*curl(?:\.exe)? ((?:'[^']*'|\^\r?\n|\\[\s\S]|"(?:\\[\s\S]|[^"\\])*"|[^'"\\\r\n])*)/gm
const words = /(?:\$?'(?:[^'])*'|"(?:\\[\s\S]|[^"\\])*"|\\[^\r\n]|[^\s'"\\|;<>])+/g
const methods = [
  ['HEAD', /^(-I|--head)$/],
  ['GET', /^(-G|--get)$/],
  ['PUT', /^(-T|--upload-file)$/],
] as const
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

/** Each with its value, which may stand right behind a letter, or an equals sign. What may be a URL without its scheme has no name. */
function optionsIn(all: readonly string[]): readonly (readonly [name: string, value: string])[] {
  const options: (readonly [string, string])[] = []
  for (let at = 0; at < all.length; at++) {
    const word = all[at] ?? ''
    const [, flags = '', letter = '', behind = ''] = /^-([a-zA-Z#:0-9]*?)([AbcCdDeEFHKmoPQrTuUwxXyYz])(.*)$/s.exec(word) ?? []
    if (letter && !word.startsWith('--')) options.push([`-${letter}`, behind || (all[++at] ?? '')])
    for (const flag of word.startsWith('--') ? '' : flags || (/^-\w/.test(word) && !letter ? word.slice(1) : ''))
      options.push([`-${flag}`, ''])
    const [, name = word, given] = /^(--[\w-]+)=(.*)$/s.exec(word) ?? []
    if (withValue.test(name) || withPlace.test(name)) options.push([name, given ?? all[++at] ?? ''])
    else if (word.startsWith('--')) options.push([word, ''])
    else if (/^https?:\/\//.test(word)) options.push(['--url', word])
    else if (/^(localhost|127\.|[\w-]+(\.[\w-]+)+)([:/]|$)/.test(word)) options.push(['', `http://${word}`])
  }
  return options
}

const withValue =
  /^--(url(-query)?|header|request(-target)?|user(-agent)?|data.*|json|form(-string)?|cookie(-jar)?|oauth2-bearer|aws-sigv4|referer)$/
/** Nothing of the request: but what they name may look like a URL. */
const withPlace =
  /^--((pre|no)?proxy|socks(4a?|5(-hostname)?)|doh-url|resolve|connect-(to|timeout)|interface|unix-socket|(proxy-)?(user|header|cacert|cert|key|pass)|tls-max|max-.*|output(-dir)?|write-out|dump-header|upload-file|trace(-ascii)?|stderr|netrc-file|config)$/

function basicOf(pair: string): string {
  return pair.includes(':') && !pair.includes('***') ? Buffer.from(pair).toString('base64') : '***'
}

function fieldIn(text: string): Fields {
  const [, name, value] = /^([^\s:]+): *(.*)$/s.exec(text) ?? []
  return name && value ? [[name, value]] : []
}
