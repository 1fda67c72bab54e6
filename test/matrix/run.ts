import { setTimeout as wait } from 'node:timers/promises'
import type { Fault } from './faults.ts'
import { startServers } from './servers.ts'

/** Where a contestant finds its servers. */
export interface Place {
  readonly tokenEndpoint: string
  readonly api: string
  signIn(): { readonly accessToken: string; readonly refreshToken: string }
}

/** An app that is built on one client, the way that client's documentation shows it. */
export interface App {
  /** Calls the API; the status, or a rejection. */
  call(): Promise<number>
  /** Whether the app was told, or led, to sign its user out. Each contestant says in its file what that is. */
  isSignedOut(): boolean
  stop?(): void
}

export interface Contestant {
  readonly name: string
  /** It has no notion of a logout: signed out is then whoever has lost the stored tokens. */
  readonly leavesLogoutToTheApp?: boolean
  /** `expiresAt`: when the access token that `place.signIn()` gives is over, as the client is told. */
  start(place: Place, expiresAt: number): App | Promise<App>
}

/** How the access token stands: an hour to go, but the API refuses it; or past its expiry. */
export const standings = ['refused', 'expired'] as const
export type Standing = (typeof standings)[number]

export interface Outcome {
  /** It asked for tokens while the fault lasted; else nothing is shown. */
  readonly hasMetFault: boolean
  readonly isSignedOut: boolean
  /** A call succeeded once the fault was over, without a new sign-in. */
  readonly hasRecovered: boolean
}

export interface Patience {
  /** How long a call may hang before the fault is ended, in milliseconds. */
  readonly call: number
  /** How long a client may take to recover; longer than any cool-down of theirs. */
  readonly recovery: number
  /** Between two tries. */
  readonly pause: number
}

/** One contestant, one fault: two calls while it lasts, then as many as it takes. */
export async function run({ start }: Contestant, fault: Fault, standing: Standing, patience: Patience): Promise<Outcome> {
  const servers = await startServers()
  const app = await start(servers, Date.now() + (standing === 'expired' ? -10_000 : 3_600_000))
  const call = (): Promise<number> => app.call().catch(() => 0)
  try {
    servers.spoilAccessTokens()
    await servers.breakDown(fault)
    for (let calls = 0; calls < 2; calls++) await Promise.race([call(), wait(patience.call)])
    await servers.breakDown(undefined)
    let status = 0
    for (const end = Date.now() + patience.recovery; status !== 200 && Date.now() < end; ) {
      status = (await Promise.race([call(), wait(patience.call)])) ?? 0
      if (status !== 200) await wait(patience.pause)
    }
    return { hasMetFault: servers.wasMet(), isSignedOut: app.isSignedOut(), hasRecovered: status === 200 }
  } finally {
    app.stop?.()
    servers.stop()
  }
}
