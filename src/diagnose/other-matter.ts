import type { Facts } from './facts'

/** What a refusal is about, if not about credentials. */
export interface OtherMatter {
  readonly is: string
  readonly advice: string
}

/** The words say so, though the status is one that refuses credentials. */
export function otherMatterOf(facts: Facts): OtherMatter | undefined {
  if (isLimited(facts)) return { is: 'The rate limit is reached', advice: wait }
  return isOver(facts) ? { is: 'By its words, a subscription, a license or a trial has expired', advice: renew } : undefined
}

export function ofStatus(status: number): OtherMatter {
  const is = `The status is ${status}`
  if (status === 404)
    return { is, advice: 'Compare the URL with the API’s documentation. Some APIs answer 404 for what these credentials may not see.' }
  return { is, advice: status === 429 ? wait : 'A new token does not help.' }
}

/** Some count calls and answer 403 where there are too many. */
function isLimited({ status, answered, challenges, words }: Facts): boolean {
  const spent = ['x-ratelimit-remaining', 'ratelimit-remaining'].some((name) => answered(name).trim() === '0')
  return (
    status === 403 &&
    !challenges.length &&
    (spent || /rate ?limit|limit exceeded|too many requests|abuse detection|quota(?! project)/.test(words))
  )
}

/** What was to be paid for. Of a token that has expired, a challenge says so. */
function isOver({ status, challenges, words }: Facts): boolean {
  const says = /\b(subscription|licen[sc]e|trial|plan)( has| is| was)?( already)? expired|expired (subscription|licen[sc]e|trial|plan)\b/
  return (status === 401 || status === 403) && !challenges.some(({ params }) => params.error) && says.test(words)
}

const wait = 'Wait before you call again: as long as `Retry-After` says, if it came.'
const renew = 'Ask whoever runs the server about the account. A new token does not help.'
