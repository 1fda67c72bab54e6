import { harmlessUrl } from '../diagnose/harmless'
import { looksLikeScheme, plainField, usualField } from '../diagnose/secrets'
import type { SentRequest } from './exchange'

/** The `curl` that sends the same again, with a variable of the shell in place of each secret. */
export function curlLine({ method, url, fields, tokenVariable = 'TOKEN' }: SentRequest): string {
  // No shell knows a variable of another name.
  const token = /^[a-z_]\w*$/i.test(tokenVariable) ? tokenVariable : 'TOKEN'
  const headers = fields.filter(([name]) => !usualField.test(name)).map((field) => fieldOf(field, token))
  return [
    'curl -i',
    // A tunnel is curl's own request, and its fields are for the proxy.
    ...(/^(GET|CONNECT)$/.test(method) ? [] : [`-X ${quoted(method)}`]),
    ...headers.map((field) => `${method === 'CONNECT' ? '--proxy-header' : '-H'} ${field}`),
    // Something stood there: what, may be a secret.
    quoted(harmlessUrl(url) + (/\?[^#]/.test(url) ? leftOut : '')),
  ].join(' ')
}

/** In place of a query. */
export const leftOut = '?…'

function fieldOf([name, value]: readonly [string, string], token: string): string {
  const [first = ''] = value.split(' ', 1)
  const scheme = value.includes(' ') && looksLikeScheme(first) ? `${first} ` : ''
  if (/^(proxy-)?authorization$/i.test(name)) return `"${name}: ${scheme}$${token}"`
  if (plainField.test(name)) return quoted(`${name}: ${value}`)
  return `"${name.replace(/["$`\\]|\p{Cc}/gu, '')}: $${name.toUpperCase().replace(/\W/g, '_')}"`
}

function quoted(text: string): string {
  return `'${text.replace(/\p{Cc}/gu, ' ').replace(/'/g, `'\\''`)}'`
}
