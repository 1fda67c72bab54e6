import { isCalledKey } from '../diagnose/key-field'

/** Header fields as they were written, malformed ones too: `Headers` would repair or refuse them. */
export type Fields = readonly (readonly [name: string, value: string])[]

export interface SentRequest {
  readonly method: string
  readonly url: string
  readonly fields: Fields
  /** Where it is shown: a server may repeat what is secret in it. */
  readonly body?: string | undefined
  /** What was typed on a command line and is in no field: of a proxy, of a certificate, of a URL. */
  readonly secrets?: readonly string[] | undefined
  /** The variable of the environment that the token came from. */
  readonly tokenVariable?: string | undefined
}

/** One request and its answer, as it was seen. */
export interface Exchange {
  /** Absent where the answer alone was recorded. */
  readonly request?: SentRequest | undefined
  /** What led here by a redirect: the server may repeat what is secret in it. */
  readonly followed?: SentRequest | undefined
  /** Credentials may have been sent that are not shown here. */
  readonly mayHideCredentials?: boolean | undefined
  readonly response?: { readonly status: number; readonly fields: Fields } | undefined
  readonly body?: string | undefined
  /** When, in milliseconds since the epoch, by the clock of the machine that sent it. */
  readonly at?: number | undefined
  /** Where no answer came: the name or the code of the error, or what was said of it. */
  readonly failed?: string | undefined
  /** Which one it is, where it was taken from among others; what was assumed of it. */
  readonly taken?: string | undefined
}

/** The URL of a target as a request line has it. */
export function urlOf(method: string, target: string, origin: string): string {
  if (method === 'CONNECT') return `https://${target}/` // Host and port are all that a tunnel is asked for.
  if (target === '*') return `${origin}/` // RFC 9112 §3.2.4: the whole server is asked.
  return /^https?:/.test(target) ? target : origin + target
}

/** Where nothing says which: no token should go out in clear because of a guess. */
export function likelyScheme(host: string): 'http' | 'https' {
  return thisMachine.test(host) || host.endsWith(':80') ? 'http' : 'https'
}

/** Whether everybody on the way sees what is sent; to this machine itself there is none. */
export function isInClear({ protocol, host }: URL): boolean {
  return protocol === 'http:' && !thisMachine.test(host)
}

const thisMachine = /^((.+\.)?localhost|127(\.\d+){3}|0\.0\.0\.0|\[::1?])(:\d+)?$/i

/** What editors and Postman put in place of a secret. */
export const variable = /\{\{[^{}]*\}\}/g

export function showCredentials(fields: Fields): boolean {
  return fields.some(([name]) => /^(authorization|cookie)$/i.test(name) || isCalledKey(name.toLowerCase()))
}

/** Fields, to be read as `Headers` are. */
export function readable(fields: Fields): Pick<Headers, 'get'> & { forEach(use: (value: string, name: string) => void): void } {
  return {
    forEach: (use) => {
      for (const [name, value] of fields) use(value, name)
    },
    get: (name) => {
      const values = fields.filter(([own]) => own.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
      return values.length ? values.join(', ') : null
    },
  }
}

/** Thrown for what the user can mend: its message is all that is printed. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
