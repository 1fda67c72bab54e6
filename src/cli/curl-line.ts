import { harmlessUrl } from '../diagnose/harmless'
import { looksLikeScheme, plainField, usualField } from '../diagnose/secrets'
import type { Exchange } from './exchange'

/** The `curl` that sends the same again, with a variable of the shell in place of each secret. */
export function curlLine({ request: { method, url, fields } }: Exchange): string {
  const headers = fields.filter(([name]) => !usualField.test(name)).map(fieldOf)
  return [
    'curl -i',
    // A tunnel is curl's own request, and its fields are for the proxy.
    ...(/^(GET|CONNECT)$/.test(method) ? [] : [`-X ${quoted(method)}`]),
    ...headers.map((field) => `${method === 'CONNECT' ? '--proxy-header' : '-H'} ${field}`),
    // Something stood there: what, may be a secret.
    quoted(harmlessUrl(url) + (/\?[^#]/.test(url) ? '?…' : '')),
  ].join(' ')
}

function fieldOf([name, value]: readonly [string, string]): string {
  const [first = ''] = value.split(' ', 1)
  const scheme = value.includes(' ') && looksLikeScheme(first) ? `${first} ` : ''
  if (/^(proxy-)?authorization$/i.test(name)) return `"${name}: ${scheme}$TOKEN"`
  if (plainField.test(name)) return quoted(`${name}: ${value}`)
  return `"${name.replace(/["$`\\]|\p{Cc}/gu, '')}: $${name.toUpperCase().replace(/\W/g, '_')}"`
}

function quoted(text: string): string {
  return `'${text.replace(/\p{Cc}/gu, ' ').replace(/'/g, `'\\''`)}'`
}
