import type { TokenSet } from 'authenticated-client'
import type { Claims, MintOptions } from '../servers/mint'
import type { Premises } from '../servers/workshop'

/** What the page can ask of the process that serves it: sign in, make odd tokens, put servers out of order. */
export const levers = {
  premises: () => ask<Premises>('premises'),
  counts: () => ask<{ readonly refreshes: number; readonly unauthorized: number }>('counts'),
  signIn: (scope?: string) => ask<TokenSet>('sign-in', { scope }),
  mint: (claims?: Claims, options?: MintOptions) => ask<{ readonly accessToken: string }>('mint', { claims, ...options }),
  /** The API refuses this token from now on, though it has not expired. */
  refuse: ({ accessToken }: TokenSet) => ask<void>('refuse', { accessToken }),
  /** The login server ends the session. */
  revoke: ({ refreshToken }: TokenSet) => ask<void>('revoke', { refreshToken }),
  outage: (on: boolean) => ask<void>('outage', { on }),
}

async function ask<Answer>(what: string, body?: object): Promise<Answer> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(`/workshop/${what}`, body && post)
  if (!response.ok) throw new Error(`The playground answered ${response.status} to ${what}`)
  return (response.status === 204 ? undefined : await response.json()) as Answer // Our own server's, so its shape is known.
}
