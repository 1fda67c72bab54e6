import type { Facts } from './facts'
import { inWords } from './in-words'
import { type Rule, when } from './rule'
import { sendsNothing } from './sends-nothing'

/** What the clocks say, of a token's times or of the time that a request was signed at. */
export const clockRule: Rule = {
  cause: 'clock-skew',
  party: 'client',
  summary: 'The clocks of this machine and of the server disagree.',
  fixes: ['Set both clocks by NTP.', 'Let the API allow a leeway of 30 to 60 seconds.'],
  find: (facts) => {
    const { now, serverTime, expiresAt, error, answered, quote, hasRequest } = facts
    if (saysSkewed(facts)) return when(true, 86, quote)
    // Of what was not sent, no clock decides.
    if (now === undefined || serverTime === undefined || answered('age') || (hasRequest && !facts.token && sendsNothing(facts)))
      return undefined
    const skew = now - serverTime
    const size = `This machine is ${inWords(skew)} ${skew > 0 ? 'ahead of' : 'behind'} the server’s Date.`
    const decides = expiresAt !== undefined && now < expiresAt !== serverTime < expiresAt
    const evidence = decides ? [size, 'By one clock the token has expired, by the other it has not.'] : [size]
    return when(Math.abs(skew) > 5000 && decides, 89, evidence) ?? when(Math.abs(skew) > 60_000, error ? 58 : 40, evidence)
  },
}

/** As AWS, OAuth 1.0, exchanges and clouds say it of a signature. */
export function saysSkewed({ words }: Facts): boolean {
  return skewed.test(words)
}

const skewed =
  /too ?skewed|signature expired: .{0,40} is now earlier|signature ?(not yet current|expire\b)|timestamp_refused|recv_?window|stale request|incorrect system time|time ?stamp\b.{0,40}\b(expired|out(side)? of|old|ahead|stale)|(expired |stale |invalid [\w-]*-)time ?stamp/
