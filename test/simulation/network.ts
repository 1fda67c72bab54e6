import { answerOfApi } from './api'
import { carriedOn, credentialsIn } from './credentials'
import { type ApiFault, apiFaults, schemedApiFaults, schemedTokenFaults, type TokenFault, tokenFaults } from './faults'
import type { Proof } from './proofs'
import type { Pending } from './scheduler'
import { answerOfSchemedApi } from './schemed-api'
import { answerOfSchemedTokenEndpoint } from './schemed-token-endpoint'
import type { Tab } from './tab'
import { answerOfTokenEndpoint, type Reply } from './token-endpoint'
import { wireResponse } from './wire-response'
import type { World } from './world'

export const apiOrigin = 'https://api.example.com'
/** APIs that take access tokens for them alone (RFC 8707). */
export const resourceOrigins = ['https://photos.example.com', 'https://mail.example.com'] as const
/** Where an API keeps what it may redirect to; allowed where there are other schemes than Bearer. */
export const filesOrigin = 'https://files.example.com'
export const foreignOrigin = 'https://elsewhere.example.net'
export const tokenUrl = 'https://login.example.com/token'
export const revocationUrl = 'https://login.example.com/revoke'

export interface Sent {
  readonly tab: Tab
  readonly url: string
  readonly call: number | undefined
  readonly method: string
  /** The auth-scheme, in lower case. */
  readonly scheme: string | undefined
  readonly accessToken: string | undefined
  /** What follows the auth-scheme. */
  readonly text: string
  readonly proof: Proof | undefined
  /** It follows a redirect: of the same origin, or to another one. */
  readonly hop: 'here' | 'elsewhere' | undefined
  readonly form: URLSearchParams | undefined
}

const unreachable: readonly TokenFault[] = ['error-before', 'error-after', 'hang-before']

/** The `fetch` of one tab: a leg there, the server, a leg back; each is one event, each may fail. */
export function createNetwork(world: World, tab: Tab) {
  const { scheduler, random, plan } = world

  return (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    if (tab.isDead) return new Promise(() => {})
    // A platform sends nothing for a signal that has aborted: a proof may have been made too late.
    if (plan.schemes && init?.signal?.aborted) return Promise.reject(init.signal.reason)
    const headers = new Headers(init?.headers)
    const call = headers.get('x-call')
    const sent: Sent = {
      tab,
      url: String(input),
      call: call === null ? undefined : Number(call),
      method: init?.method ?? 'GET',
      ...credentialsIn(headers),
      hop: call === null ? undefined : hopOf(tab, Number(call), String(input)),
      form: typeof init?.body === 'string' && !call ? new URLSearchParams(init.body) : undefined,
    }
    const toTokens = sent.url === tokenUrl
    const isManual = init?.redirect === 'manual'
    const signal = init?.signal
    const presented = sent.form?.get('refresh_token') ?? undefined
    const what = toTokens
      ? `refresh with ${world.nameOf(presented)}`
      : sent.form
        ? 'revocation'
        : `call ${call} as ${plan.schemes && !sent.accessToken ? sent.scheme : world.nameOf(sent.accessToken)}`
    tab.wire.sends(sent)
    world.tell(tab.name, `sends ${what}`)
    if (toTokens) tab.stage = 'sent'
    const kind = toTokens ? 'event' : 'api'

    return new Promise<Response>((resolve, reject) => {
      const isOut = plan.outage && scheduler.now >= plan.outage.from && scheduler.now < plan.outage.until
      const fault = toTokens
        ? world.fault(
            'token endpoint',
            isOut ? 0.9 : plan.networkFaults,
            isOut ? unreachable : plan.schemes ? schemedTokenFaults : tokenFaults,
          )
        : world.fault('api', plan.networkFaults, plan.schemes ? schemedApiFaults : apiFaults)
      let leg: Pending | undefined
      let isOver = false
      /** When the answer is here, though a tab that is frozen hears of it later. */
      let arrival = Infinity
      const settle = (how: string, act: () => void): void => {
        if (isOver) return
        isOver = true
        signal?.removeEventListener('abort', abort)
        scheduler.cancel(leg)
        world.tell(tab.name, `${how} ${what}`)
        tab.wire.settled(sent)
        act()
      }
      const abort = (): void => {
        // Where the wall clock was set back meanwhile, nothing tells that the limit is over late; and one that a second freeze draws out
        // was over before that.
        const isUnread = arrival < scheduler.now && tab.freezes === 1 && !world.happened.has('jump')
        if (isUnread) world.violate('I2', `${tab.name} gives up an answer that came while it was frozen: ${what}`)
        settle('aborts', () => reject(signal?.reason))
      }
      const fail = (): void => settle('network error:', () => reject(new TypeError('fetch failed')))
      // Never answers; but a connection is not kept for ever, except where the client itself must set the end.
      const hang = (): void => {
        if (!toTokens) leg = scheduler.after(40_000, tab, fail)
      }
      const reply = (answer: Reply): void => {
        const slow = fault === 'slow' ? 500 + random.below(14_000) : 0
        const back = world.latency() + slow
        if (toTokens && fault !== 'error-after' && fault !== 'hang-after') arrival = scheduler.now + back
        const { location } = answer.headers
        if (location && !toTokens && !isManual) follow(location, answer.status, back)
        else if (fault === 'error-after') leg = scheduler.after(back, tab, fail)
        else if (fault === 'hang-after') hang()
        else
          leg = scheduler.after(
            back,
            tab,
            () =>
              settle(`gets ${answer.status} (${answer.what}) for`, () => {
                const body = bodyOf(answer.text, () => tab.wire.received(sent, answer))
                const url = answer.from ?? sent.url
                const isHidden = answer.isOpaque || (location && !toTokens && plan.schemes?.hidesTargets)
                if (call !== null) tab.calls[Number(call)]?.answered(sent.url, url)
                resolve(
                  isHidden
                    ? wireResponse({ status: 0, headers: {}, url, body, isOpaque: true }, signal)
                    : wireResponse({ ...answer, url, body, redirected: url !== sent.url }, signal),
                )
                if (answer.issued) tab.stage = 'answered'
                if (toTokens) tab.wire.hears(sent, answer)
              }),
            kind,
          )
      }
      /** What the platform does of itself, unless it is told to let be. */
      const follow = (location: string, status: number, back: number): void => {
        const isResent = status > 303
        if (init?.redirect === 'error' || (isResent && init?.body && typeof init.body !== 'string')) {
          leg = scheduler.after(back, tab, fail)
          return
        }
        const carried = carriedOn(headers, sent.url, location)
        const isHere = new URL(location).origin === new URL(sent.url).origin
        const next: Sent = {
          ...sent,
          ...credentialsIn(carried),
          url: location,
          hop: isHere ? 'here' : 'elsewhere',
          method: isResent ? sent.method : 'GET',
        }
        leg = scheduler.after(back, undefined, () => {
          leg = undefined
          if (isOver) return
          tab.wire.carries(next)
          const answer = answerOfSchemedApi(world, next, undefined)
          world.tell('server', `${answer.what} <- ${what}, at ${location}`)
          tab.wire.answered(next, answer)
          reply({ ...answer, from: location })
        })
      }
      const bodyOf = (text: string, whole: () => void) => {
        const drips = fault === 'drip'
        const pieces = drips ? (text.match(/.{1,20}/gs) ?? []) : fault === 'truncated' ? [text.slice(0, text.length >> 1)] : [text]
        return {
          whole,
          chunks: fault === 'body-hang' ? pieces.slice(0, -1) : pieces,
          endsNever: fault === 'body-hang',
          next(deliver: () => void) {
            if (!drips && random.chance(0.6)) {
              deliver()
              return () => {}
            }
            const due = scheduler.after(drips ? random.below(900) : world.latency(), tab, deliver)
            return () => scheduler.cancel(due)
          },
        }
      }
      const serve = (): void => {
        leg = undefined
        // It reaches the server though nobody waits for it any more.
        if (isOver && toTokens) world.count('fault ghost')
        const { schemes } = plan
        const answer = toTokens
          ? (schemes ? answerOfSchemedTokenEndpoint : answerOfTokenEndpoint)(world, sent, fault as TokenFault)
          : sent.form
            ? revoked(world, sent)
            : (schemes ? answerOfSchemedApi : answerOfApi)(world, sent, fault as ApiFault)
        if (toTokens && answer.issued && presented && !world.rotatedBy.has(presented)) world.rotatedBy.set(presented, tab)
        if (toTokens && answer.issued && tab.stage === 'sent') tab.stage = 'rotated'
        world.tell('server', `${answer.what} <- ${what}`)
        if (!sent.form) tab.wire.answered(sent, answer)
        if (!isOver) reply(answer)
      }
      if (signal?.aborted) return settle('aborts', () => reject(signal.reason))
      signal?.addEventListener('abort', abort)
      const there = world.latency() + (toTokens && plan.ghosts && !world.isCalm && random.chance(0.2) ? 3_000 + random.below(15_000) : 0)
      if (fault === 'error-before') leg = scheduler.after(there, tab, fail)
      else if (fault === 'hang-before') hang()
      else if (!toTokens && fault === 'hang') hang()
      else scheduler.after(there, undefined, serve, kind)
    })
  }
}

/** A scheme that follows redirects itself asks for where they lead. */
function hopOf(tab: Tab, call: number, url: string): Sent['hop'] {
  const { origin, pathname } = new URL(url)
  if (pathname !== '/moved') return undefined
  return origin === tab.calls[call]?.origin ? 'here' : 'elsewhere'
}

function revoked(world: World, { form }: Sent): Reply {
  world.server.revoke(form?.get('token') ?? '')
  return { status: 200, headers: {}, text: '', what: 'revoked' }
}
