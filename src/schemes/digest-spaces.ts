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
}

/** What servers have asked for. */
export interface DigestSpaces {
  /** What a request is to answer: the challenge that its own call was given, or else the last one that is for its URL. */
  answerable(url: string, attempt: number): DigestSpace | undefined
  /**
   * Makes a challenge the latest of its origin. Where its nonce is known, its count goes on: several first calls get one nonce, a
   * `nextnonce` may name the current one, and two realms may come in turn.
   */
  begin(origin: string | undefined, challenge: DigestChallenge, cnonce: string, domain: readonly string[]): DigestSpace
  /** Keeps it for the replay to that URL: by then the latest may be of another realm, and some servers take each nonce only once. */
  keepFor(url: string, space: DigestSpace): void
  /** The realm that a first send to that URL has answered. */
  realmOf(url: string): string | undefined
  /** Whether no later nonce of its realm is known. */
  isLatest(space: DigestSpace): boolean
  forget(origin: string | undefined): void
}

const mostOrigins = 100
/** Nonces of one origin. */
const mostNonces = 20
const mostCalls = 1_000

export function createDigestSpaces(): DigestSpaces {
  /** The latest last. */
  const known = new Map<string | undefined, readonly DigestSpace[]>()
  const kept: (readonly [url: string, space: DigestSpace])[] = []
  const realms = new Map<string, string>()
  const of = (origin: string | undefined): readonly DigestSpace[] => known.get(origin) ?? []

  return {
    answerable(url, attempt) {
      const own = attempt ? kept.filter(([asked]) => asked === url).pop() : undefined
      if (own) kept.splice(kept.indexOf(own), 1)
      const isFor = ({ domain }: DigestSpace): boolean => !domain[0] || domain.some((start) => onTheWire(url).startsWith(start))
      const space = own?.[1] ?? of(originOf(url)).filter(isFor).pop()
      if (space && !attempt) {
        realms.delete(url)
        realms.set(url, space.challenge.realm)
        keepLatest(realms, mostCalls)
      }
      return space
    },
    begin(origin, challenge, cnonce, domain) {
      const { realm, nonce } = challenge
      const same = of(origin).find((space) => space.challenge.nonce === nonce && space.challenge.realm === realm)
      const space = same ?? { origin, domain, challenge, cnonce, count: 0 }
      space.challenge = challenge
      space.domain = domain
      const spaces = [...of(origin).filter((other) => other !== space), space].slice(-mostNonces)
      known.delete(origin)
      known.set(origin, spaces)
      keepLatest(known, mostOrigins)
      return space
    },
    keepFor(url, space) {
      kept.push([url, space])
      if (kept.length > mostCalls) kept.shift()
    },
    realmOf: (url) => realms.get(url),
    isLatest: (space) =>
      of(space.origin)
        .filter(({ challenge }) => challenge.realm === space.challenge.realm)
        .pop() === space,
    forget: (origin) => void known.delete(origin),
  }
}
