import { setTimeout as pause } from 'node:timers/promises'
import type { AuthenticatedClient, ClientEvent, TokenSet } from 'authenticated-client'
import { decodeJwt } from 'jose'
import { type Api, startApi } from '../servers/api'
import { type AuthorizationServer, startAuthorizationServer } from '../servers/authorization-server'
import { type SignInOptions, signIn } from '../servers/sign-in'
import { type Counts, countFromNow } from './counts'
import type { Note } from './note'

const clockLeeway = 1_000

/** Where acts are played: two servers, a way to tell what happens, and the clients that have to leave when the curtain falls. */
export class Stage {
  readonly #raisedAt = performance.now()
  readonly #clients: AuthenticatedClient[] = []

  private constructor(
    readonly authorizationServer: AuthorizationServer,
    readonly api: Api,
    readonly tell: (note: Note) => void,
  ) {}

  static async build(tell: (note: Note) => void): Promise<Stage> {
    const authorizationServer = await startAuthorizationServer({ accessTokenLifetime: 2_000 })
    const api = await startApi({ ...authorizationServer, clockLeeway })
    return new Stage(authorizationServer, api, tell)
  }

  get now(): number {
    return performance.now() - this.#raisedAt
  }

  say(text: string): void {
    this.tell({ type: 'said', at: this.now, text })
  }

  signIn(options?: SignInOptions): Promise<TokenSet> {
    this.say('a user signs in (authorization code + PKCE)')
    return signIn(this.authorizationServer, options)
  }

  /** Makes a client whose events are told under that name. */
  watch(name: string, make: (onEvent: (event: ClientEvent) => void) => AuthenticatedClient): AuthenticatedClient {
    const client = make((event) => this.tell({ type: 'client-event', at: this.now, client: name, event }))
    this.#clients.push(client)
    return client
  }

  countFromNow(): () => Counts {
    return countFromNow(this.authorizationServer, this.api)
  }

  /** Waits until the API refuses the token, by the token's own `exp`. */
  async untilExpired({ accessToken }: TokenSet): Promise<void> {
    const { exp = 0 } = decodeJwt(accessToken)
    await this.untilPast(exp * 1000 + clockLeeway, 'the access token has expired')
  }

  async untilPast(time: number, what: string): Promise<void> {
    const deadline = Math.min(time, Date.now() + 10_000) // An act that has to wait longer than this is broken.
    for (let remaining = deadline - Date.now(); remaining > 0; remaining = deadline - Date.now()) {
      this.tell({ type: 'waiting', at: this.now, until: what, remaining })
      await pause(Math.min(remaining, 100))
    }
    this.say(what)
  }

  /** Between two acts: nobody on stage, everything in order. */
  clear(): void {
    for (const client of this.#clients.splice(0)) client.dispose()
    this.authorizationServer.outage(false)
  }

  async close(): Promise<void> {
    this.clear()
    await Promise.all([this.api.close(), this.authorizationServer.close()])
  }
}
