import { type Challenge, isScheme } from '../challenge/challenge'
import type { Facts } from './facts'
import { type Rule, when } from './rule'

const oneConnection = 'Send all requests on one connection: check that no proxy spreads them.'

/** Negotiate and NTLM sign in a connection by several requests (RFC 4559 §4.1): asked for once more, they go on, or have failed. */
export const handshakeRules: readonly Rule[] = [
  {
    cause: 'credentials-missing',
    party: 'client',
    summary: 'The handshake is not over: the server waits for the next request.',
    fixes: [oneConnection],
    find: (facts) => when(askedAgain(facts)?.token68, 84, `The server answers ${facts.scheme} with a token of its own.`),
  },
  {
    cause: 'basic-credentials',
    party: 'client',
    summary: 'The user, the password or the ticket is wrong.',
    fixes: ['Compare user, domain and password; for Kerberos, clocks and host name.', oneConnection],
    find: (facts) => {
      const again = askedAgain(facts)
      return when(again && !again.token68, 76, `The server asks for ${again?.scheme} again.`)
    },
  },
]

function askedAgain({ status, scheme, challenges }: Facts): Challenge | undefined {
  if (status !== 401 || !/^(negotiate|ntlm)$/.test(scheme)) return undefined
  return challenges.find((challenge) => isScheme(challenge, scheme))
}
