import type { ServerOptions } from './servers.ts'

/** Where a contestant finds its servers, and what carries its requests there: the stub, or a real `fetch`. */
export interface Place {
  readonly api: string
  readonly tokenEndpoint: string
  readonly fetch: typeof globalThis.fetch
  signIn(): { readonly accessToken: string; readonly refreshToken: string }
}

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/** An app that is built on one contestant, the way its documentation shows it. */
export interface App {
  /** GETs `/me` and reads the JSON of the answer; rejects for any status but 200. */
  get(ask?: Ask): Promise<unknown>
  /** How often it was told, or led, to sign its user out. */
  logouts(): number
}

export interface Contestant {
  readonly name: string
  /** A dialect of the servers that it can't do without; the reason stands where it is given. */
  readonly server?: ServerOptions
  start(place: Place): App
}

/** What is left to do for who got a plain `Response`. */
export async function jsonOf(response: Response): Promise<unknown> {
  if (response.status !== 200) throw new Error(`The call ended with ${response.status}`)
  return response.json()
}
