import { fromBase64 } from '../platform/base64'
import type { RequestTemplate } from './request-template'

/** Whether a text of the server's repeats credentials that were on the request (A28). */
export function repeatsSecret(text: string, { scheme, headers, query = '' }: RequestTemplate): boolean {
  const fields = ['authorization', ...(scheme?.headers ?? [])].map((name) => headers.get(name) ?? '')
  const secrets = [
    ...fields,
    ...fields.map((value) => value.replace(/^\S+\s+/, '')),
    ...query.split('&').map((pair) => pair.replace(/^[^=]*=/, '')),
  ]
  return secrets.flatMap(meanings).some((secret) => secret.length > 3 && text.includes(secret))
}

/** As it stands, unescaped, and as the name and password that it is in Basic; of a pair, the password too. */
function meanings(secret: string): readonly string[] {
  // Not tried where they can only fail: an error costs much.
  const read = [...(secret.includes('%') ? [decodeURIComponent] : []), ...(base64.test(secret) ? [fromBase64] : [])].flatMap((decode) => {
    try {
      return decode(secret)
    } catch {
      return []
    }
  })
  return [secret, ...read].flatMap((pair) => [pair, pair.replace(/^[^:]*:/, '')])
}

const base64 = /^[A-Za-z\d+/]+=*$/
