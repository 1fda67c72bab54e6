import { keepLatest } from '../platform/keep-latest'
import { onTheWire, originOf } from '../platform/origin'
import type { DigestChallenge } from './digest-response'

/** A nonce of a server, and how often it was answered. */
export interface DigestSpace {
  readonly origin: string | undefined
  /** What the URLs that it is for begin with; empty for all of the origin. */
  domain: readonly string[]
  challenge: DigestChallenge
  /** Sent with every request where the algorithm makes one key for the session (`-sess`, §3.4.2). */
  readonly cnonce: string
  /** Requests sent with this nonce: strictly increasing, however many are under way (RFC 7616 §3.4). */
  count: number
  /** The URL of the call that uses it first, until that has its answer. */
  keptFor?: string | undefined
}

/** What servers have asked for. */
export interface DigestSpaces {
  /**
   * What a request is to answer: the challenge that its own call was given, or else the last one that is for its URL, and not kept; where
   * its body goes out only once, a kept one as well, since bare it would be refused for sure.
   */
  answerable(url: string, attempt: number, isOneShot: boolean): DigestSpace | undefined
  /**
   * Makes a challenge the latest of its origin. Where its nonce is known, its count goes on: several first calls get one nonce, and two
   * realms may come in turn.
   */
  begin(origin: string | undefined, challenge: DigestChallenge, cnonce: string, domain: readonly string[]): DigestSpace
  /**
   * Keeps it for the replay to that URL: by then the latest may be of another realm. Until that has its answer it is for no other call:
   * some servers take each nonce only once.
   */
  keepFor(url: string, space: DigestSpace): void
  /** A call to that URL has got its answer. */
  release(url: string): void
  /** Puts the challenge with the next nonce in its place, unless another is there already. */
  follow(space: DigestSpace, next: DigestChallenge): void
  forget(origin: string | undefined): void
  /**
   * Whether it was the user or the password that this realm has refused there, rather than a first send for another realm, or a nonce
   * that was another call's, or no longer the latest.
   */
  isRefusal(url: string, realm: string): boolean
}

const mostOrigins = 100
/** Nonces of one origin. */
const mostNonces = 20
const mostCalls = 1_000

export function createDigestSpaces(): DigestSpaces {
  /** The latest last. */
  const known = new Map<string | undefined, readonly DigestSpace[]>()
  const kept: (readonly [url: string, space: DigestSpace])[] = []
  /** Which realm a first send to a URL has answered; `undefined` where its refusal may be the nonce's. */
  const realms = new Map<string, string | undefined>()
  const of = (origin: string | undefined): readonly DigestSpace[] => known.get(origin) ?? []
  const find = (origin: string | undefined, { realm, nonce }: DigestChallenge): DigestSpace | undefined =>
    of(origin).find(({ challenge }) => challenge.nonce === nonce && challenge.realm === realm)

  return {
    answerable(url, attempt, isOneShot) {
      const own = attempt ? kept.filter(([asked]) => asked === url).pop() : undefined
      if (own) kept.splice(kept.indexOf(own), 1)
      const isFor = ({ domain }: DigestSpace): boolean => !domain[0] || domain.some((start) => onTheWire(url).startsWith(start))
      const space =
        own?.[1] ??
        of(originOf(url))
          .filter((space) => isFor(space) && (attempt || isOneShot || !space.keptFor))
          .pop()
      if (space && !attempt) {
        const { realm } = space.challenge
        const latest = of(originOf(url))
          .filter((other) => isFor(other) && other.challenge.realm === realm)
          .pop()
        const isSure = !space.keptFor && space === latest
        if (!space.count) space.keptFor = url
        realms.delete(url)
        realms.set(url, isSure ? realm : undefined)
        keepLatest(realms, mostCalls)
      }
      return space
    },
    begin(origin, challenge, cnonce, domain) {
      const space = find(origin, challenge) ?? { origin, domain, challenge, cnonce, count: 0 }
      space.challenge = challenge
      space.domain = domain
      const spaces = [...of(origin).filter((other) => other !== space), space].slice(-mostNonces)
      known.delete(origin)
      known.set(origin, spaces)
      keepLatest(known, mostOrigins)
      return space
    },
    keepFor(url, space) {
      space.keptFor = url
      kept.push([url, space])
      if (kept.length > mostCalls) kept.shift()
    },
    release(url) {
      const space = of(originOf(url)).find(({ keptFor }) => keptFor === url)
      if (space) space.keptFor = undefined
    },
    isRefusal: (url, realm) => !realms.has(url) || realms.get(url) === realm,
    follow(space, challenge) {
      const { origin } = space
      if (challenge.nonce === space.challenge.nonce) return // Its count goes on.
      const next = find(origin, challenge) ? [] : [{ ...space, challenge, count: 0, keptFor: undefined }]
      known.set(
        origin,
        of(origin).flatMap((other) => (other === space ? next : [other])),
      )
    },
    forget: (origin) => void known.delete(origin),
  }
}
