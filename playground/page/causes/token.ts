import type { Clock, TokenSet } from 'authenticated-client'
import { levers } from '../levers'
import type { Bench, Cause } from './cause'

/** What is wrong with the token itself. */
export const token: readonly Cause[] = [
  {
    id: 'expired',
    title: 'Expired',
    how: 'The token expired ten minutes ago, but the app was told that it has another minute. The client refreshes.',
    expects: 'token-expired',
    run: async (bench) => {
      const [old, { refreshToken }] = await Promise.all([levers.mint(endedAgo(600)), levers.signIn()])
      return bench.webApp({ ...old, refreshToken, ...soon() }).call(bench.api('/me'))
    },
  },
  {
    id: 'not-yet-valid',
    title: 'Not yet valid',
    how: 'The token becomes valid only in five minutes (its nbf).',
    expects: 'token-not-yet-valid',
    run: (bench) => sendMinted(bench, { nbf: seconds() + 300 }),
  },
  {
    id: 'clock-skew',
    title: 'Clock skew',
    how: 'The clock of this device is ten minutes slow, so it takes the expired token for a good one.',
    expects: 'clock-skew',
    run: async (bench) => {
      const [old, { refreshToken }] = await Promise.all([levers.mint(endedAgo(20)), levers.signIn()])
      return bench.webApp({ ...old, refreshToken }, { clock: slowClock }).call(bench.api('/me'))
    },
  },
  {
    id: 'wrong-audience',
    title: 'Wrong audience',
    how: 'The token was issued for another API.',
    expects: 'wrong-audience',
    run: (bench) => sendMinted(bench, { aud: 'https://billing.example.com' }),
  },
  {
    id: 'wrong-issuer',
    title: 'Wrong issuer',
    how: 'The token comes from a login server that the API does not trust.',
    expects: 'wrong-issuer',
    run: (bench) => sendMinted(bench, { iss: 'https://staging.example.com' }),
  },
  {
    id: 'key-rotation',
    title: 'Key rotation',
    how: 'The login server changed its keys; this API fetched them last year.',
    expects: 'unknown-key',
    run: async (bench) => bench.holder(await levers.mint()).call(bench.api('/wrong/outdated-keys')),
  },
  {
    id: 'alg-none',
    title: 'alg: none',
    how: 'The token is not signed.',
    expects: 'unsigned-token',
    run: async (bench) => bench.holder(await levers.mint({}, { signature: 'none' })).call(bench.api('/me')),
  },
  {
    id: 'broken-signature',
    title: 'Broken signature',
    how: 'Somebody wrote another name into the token.',
    expects: 'invalid-signature',
    run: async (bench) => bench.holder(await levers.mint({}, { signature: 'broken' })).call(bench.api('/me')),
  },
  {
    id: 'revoked',
    title: 'Revoked',
    how: 'The token is good for another minute, but the API refuses it from now on. The client refreshes.',
    expects: 'token-revoked',
    run: async (bench) => {
      const tokens = await levers.signIn()
      await levers.refuse(tokens)
      return bench.webApp(tokens).call(bench.api('/me'))
    },
  },
]

async function sendMinted(bench: Bench, claims: Readonly<Record<string, unknown>>): Promise<unknown> {
  return bench.holder(await levers.mint(claims)).call(bench.api('/me'))
}

function endedAgo(secondsAgo: number): Readonly<Record<string, unknown>> {
  return { iat: seconds() - secondsAgo - 3_600, exp: seconds() - secondsAgo }
}

function seconds(): number {
  return Math.floor(Date.now() / 1_000)
}

function soon(): Pick<TokenSet, 'expiresAt'> {
  return { expiresAt: Date.now() + 60_000 }
}

const slowClock: Clock = {
  now: () => Date.now() - 600_000,
  random: () => Math.random(),
  // Nothing here waits long enough to be called off.
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
}
