import type { Facts } from './facts'

/** The field that holds a key: the challenge names it, or it is called like one. */
export function keyFieldOf({ challenges, ownFields }: Facts): string | undefined {
  const named = challenges.map(({ params }) => params.name?.toLowerCase())
  return [(name: string) => named.includes(name), isWellKnown, isCalledKey]
    .map((holdsKey) => ownFields.find(holdsKey))
    .find((name) => name !== undefined)
}

export function isWellKnown(name: string): boolean {
  return /^(x-api-key|api-?key|x-auth-token)$/.test(name)
}

/** Behind the first of these stands no key of an API. */
export function isCalledKey(name: string): boolean {
  return /^(?!.*(idempotency|csrf|xsrf|authorization)).*(key|token|secret|signature|credential)/.test(name)
}

/** Whether its query holds a key. A `code` is mostly that of a sign-in, but not where Azure runs functions. */
export function holdsKey(url: string): boolean {
  return keyInQuery.test(url) || /\.azurewebsites\.net\/api\/[^?]*\?(.*&)?code=./i.test(url)
}

const keyInQuery =
  /[?&]([\w-]*api[_-]?key|((access|consumer|subscription)[_-])?key|consumer[_-]secret|(api|private)[_-]token|app_?key|appid|app_code)=/i

/** Any field may hold a key, but for those that all requests have for other purposes. */
export function mayHoldKey(name: string): boolean {
  return !/^(referer|cache-control|pragma|priority|te|dnt|range|prefer|expect|idempotency-key|upgrade-.*|if-.*|x-requested-with|trace.*|x-(request|correlation)-id|x-forwarded-.*)$/.test(
    name,
  )
}
