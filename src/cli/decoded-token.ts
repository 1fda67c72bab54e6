import { spanInWords } from '../diagnose/time-words'
import { fromBase64 } from '../platform/base64'
import { systemClock } from '../platform/clock'
import { jwtClaims } from '../tokens/jwt'

/** A JWT's two readable parts, with times in words; `undefined` for what is none. Its signature is not among them: it can't be sent. */
export function decodedToken(
  token: string,
): { readonly header: Readonly<Record<string, unknown>>; readonly claims: Readonly<Record<string, unknown>> } | undefined {
  const claims = jwtClaims(token)
  const [part = ''] = token.split('.')
  try {
    const header = JSON.parse(fromBase64(part.replace(/-/g, '+').replace(/_/g, '/')))
    return { header: inWords(Object(header)), claims: inWords({ ...claims }) }
  } catch {
    return undefined
  }
}

function inWords(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (typeof value === 'number' && /^(exp|nbf|iat|auth_time)$/.test(name)) return [name, `${value} (${whenOf(value * 1000)})`]
      return [name, typeof value === 'object' ? JSON.stringify(value) : value]
    }),
  )
}

function whenOf(time: number): string {
  const ahead = time - systemClock.now()
  const date = new Date(time)
  const spelled = Number.isNaN(date.getTime()) ? 'no date' : date.toISOString()
  return `${spelled}, ${ahead > 0 ? `in ${spanInWords(ahead)}` : `${spanInWords(ahead)} ago`}`
}
