import { fromBase64 } from '../platform/base64'

/** `value`, if it is a text that quotes no token, secret or assertion of the form that was `sent`, plain or encoded (A35); else `''`. */
export function harmlessText(value: unknown, sent: string): string {
  const text = typeof value === 'string' ? value : ''
  const spelled = `${text} ${new URLSearchParams({ text })}`
  return [...sent.matchAll(/(?:token|secret|assertion)=([^&]+)/g)].some(([, secret = '']) => spelled.includes(secret)) ? '' : text
}

/** The client secret in a Basic header as form fields, for `harmlessText`: form-encoded, and in base64 as the header has it. */
export function basicSecret(headers: Headers): string {
  const [, credentials = ''] = /^Basic (.+)/i.exec(headers.get('authorization') ?? '') ?? []
  try {
    return credentials && `${fromBase64(credentials).replace(/^[^:]*:/, '&client_secret=')}&client_secret=${credentials}`
  } catch {
    return ''
  }
}
