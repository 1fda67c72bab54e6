import { fromBase64 } from '../platform/base64'

/** `value` where it is a text that holds no token or secret of the form that was sent, plain or encoded (A35); else nothing. */
export function harmlessText(value: unknown, sent: string): string {
  const text = typeof value === 'string' ? value : ''
  const spelled = `${text} ${new URLSearchParams({ text })}`
  return [...sent.matchAll(/(?:token|secret|assertion)=([^&]+)/g)].some(([, secret = '']) => spelled.includes(secret)) ? '' : text
}

/** The secret in a Basic header, as a form would say it, and as the header does. */
export function basicSecret(headers: Headers): string {
  const [, credentials = ''] = /^Basic (.+)/i.exec(headers.get('authorization') ?? '') ?? []
  try {
    return credentials && `${fromBase64(credentials).replace(/^[^:]*:/, '&client_secret=')}&client_secret=${credentials}`
  } catch {
    return ''
  }
}
