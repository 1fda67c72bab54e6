import { harmlessUrl } from '../diagnose/harmless'
import { looksLikeScheme, plainField, usualField } from '../diagnose/secrets'
import type { SentRequest } from './exchange'

/** The `curl` that sends the same again, with a variable of the shell in place of each secret. */
export function curlLine(request: SentRequest): string {
  const { method, url, fields, tokenVariable = 'TOKEN' } = request
  // No shell knows a variable of another name.
  const token = /^[a-z_]\w*$/i.test(tokenVariable) ? tokenVariable : 'TOKEN'
  const headers = fields.filter(([name]) => !usualField.test(name)).map((field) => fieldOf(field, token))
  return [
    'curl -i',
    // A tunnel is curl's own request, and its fields are for the proxy.
    ...(method === 'CONNECT' || (method === 'GET' && !hasBody(request)) ? [] : [`-X ${quoted(method)}`]),
    ...headers.map((field) => `${method === 'CONNECT' ? '--proxy-header' : '-H'} ${field}`),
    ...(hasBody(request) ? [bodyFromFile] : []),
    // Something stood there: what, may be a secret.
    quoted(harmlessUrl(url) + (/\?[^#]/.test(url) ? leftOut : '')),
  ].join(' ')
}

/** In place of a query. */
export const leftOut = '?…'

/** In place of a body: what is in it, no output may repeat. */
export const bodyFromFile = '--data-binary @body'

/** By its length, if the fields say one; what stands behind a request that seldom has one may be anything. */
function hasBody({ method, fields, body = '' }: SentRequest): boolean {
  const framing = fields.filter(([name]) => /^(content-length|transfer-encoding)$/i.test(name)).map(([, value]) => value.trim())
  if (framing.length) return framing.some((value) => value !== '0')
  return !/^(GET|HEAD|OPTIONS|CONNECT|TRACE)$/.test(method) && body.trim() !== ''
}

function fieldOf([name, value]: readonly [string, string], token: string): string {
  const [first = ''] = value.split(' ', 1)
  const scheme = value.includes(' ') && looksLikeScheme(first) ? `${first} ` : ''
  if (/^(proxy-)?authorization$/i.test(name)) return `"${name}: ${scheme}$${token}"`
  if (plainField.test(name)) return quoted(`${name}: ${value}`)
  return `"${name.replace(/["$`\\]|[\p{Cc}\p{Cf}]/gu, '')}: $${name.toUpperCase().replace(/\W/g, '_')}"`
}

function quoted(text: string): string {
  return `'${text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').replace(/'/g, `'\\''`)}'`
}
