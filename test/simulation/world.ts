import type { TokenFamilies, TokenFamily } from 'authenticated-client/testing'
import { authorizationServer, nameOf } from './authorization-server'
import { Cell } from './cell'
import { DigestDoor } from './digest-check'
import { firstSession } from './first-session'
import { SharedLock } from './locks'
import { apiOrigin, filesOrigin, tokenUrl } from './network'
import { Nonces } from './nonces'
import { type Act, faultsEnd, type Plan, planOf, type Stage } from './plan'
import type { Random } from './random'
import { Scheduler } from './scheduler'
import { Ledger } from './session-checks'
import { createStory, type Story } from './story'
import type { Tab } from './tab'

export interface Violation {
  readonly invariant: string
  readonly what: string
}

const sessionAudience: ReadonlySet<string> = new Set([apiOrigin])

/** Everything that the parts of one world share. */
export class World {
  readonly plan: Plan
  readonly random: Random
  readonly scheduler: Scheduler
  readonly story: Story
  readonly server: TokenFamilies
  readonly ledger = new Ledger()
  readonly lock: SharedLock
  /** Where credentials of Digest are asked for. */
  readonly door: DigestDoor
  /** The name of the key that all tabs keep (RFC 9449). */
  key: string | undefined
  readonly cell: Cell
  readonly tabs: Tab[] = []
  readonly violations: Violation[] = []
  readonly counters = new Map<string, number>()
  /** What happened that a promise depends on, for the excuses. */
  readonly happened = new Set<string>()
  /** Which APIs an access token is for, where it is not for the one that the session's own are for. */
  readonly audiences = new Map<string, Set<string>>()
  /** Which sign-in a `sessionId` belongs to. */
  readonly families = new Map<string, TokenFamily>()
  /** Who was the first to present a refresh token. */
  readonly rotatedBy = new Map<string, Tab>()
  private readonly nonces = new Map<string, Nonces>()
  /** How far the wall clock was moved. */
  wallShift = 0
  /** When the last cool-down ends, in virtual time. */
  retryAt = 0
  isCalm = false
  /** What an ambush does; set by whoever runs the world. */
  perform: (act: Act, at: Tab) => void = () => {}

  constructor(
    readonly seed: number,
    plan = planOf(seed),
    scheduler = new Scheduler(plan.random),
    story = createStory(() => scheduler.now),
  ) {
    this.plan = plan
    this.random = plan.random
    this.scheduler = scheduler
    this.story = story
    this.server = authorizationServer(this.plan, () => this.scheduler.now)
    this.lock = new SharedLock(this)
    this.door = new DigestDoor(this.plan.schemes?.nonces ?? 60_000, () => this.scheduler.now)
    if (this.plan.startsSignedIn) this.key = 'the first key'
    this.cell = new Cell(this, firstSession(this))
  }

  /** Draws a fault of this class, or none; never after the faults are over. */
  fault<Kind extends string>(where: string, probability: number, kinds: readonly Kind[]): Kind | undefined {
    if (this.scheduler.now >= faultsEnd || !this.random.chance(probability)) return undefined
    const kind = this.random.pick(kinds)
    this.count(`fault ${where} ${kind}`)
    this.happened.add(where).add(`${where} ${kind}`)
    return kind
  }

  /** The refresh of a tab has reached a stage: an ambush that waits for that strikes. */
  reaches(tab: Tab, stage: Stage): void {
    if (this.scheduler.now >= faultsEnd) return
    for (const ambush of this.plan.ambushes) {
      if (ambush.stage !== stage || ambush.patience-- !== 0) continue
      const strike = (): void => this.perform(ambush.act, tab)
      if (ambush.delay === undefined) queueMicrotask(strike)
      else this.scheduler.after(ambush.delay, undefined, strike)
    }
  }

  count(name: string): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + 1)
  }

  tell(who: string, what: string): void {
    this.story.tell(who, what)
  }

  violate(invariant: string, what: string): void {
    this.violations.push({ invariant, what })
    this.tell('!!', `${invariant}: ${what}`)
  }

  /** Mostly next to nothing, so that many things are due at once and chance orders them; sometimes long. */
  latency(): number {
    const { random, plan } = this
    const short = random.pick([0, 0, 0, 1, 1, 2, 5, 10, 30])
    return this.isCalm ? short : Math.min(4_000, short * (random.chance(0.3) ? plan.slowness : 1))
  }

  /** An access token is for the API that it was asked for; where an overlap window gives it a second time, for both. */
  admit(accessToken: string, origin: string): void {
    const { plan, audiences } = this
    if (plan.resources) audiences.set(accessToken, (audiences.get(accessToken) ?? new Set()).add(origin))
  }

  /** Whether an access token is for the API of this origin. */
  isFor(accessToken: string, origin: string): boolean {
    const audience = this.audiences.get(accessToken) ?? sessionAudience
    // Files belong to the same API, at another origin.
    return audience.has(this.plan.schemes && origin === filesOrigin ? apiOrigin : origin)
  }

  /** The nonces that the server of that origin gives out for proofs. */
  noncesOf(origin: string): Nonces {
    const { nonces, tokenNonces } = this.plan.schemes ?? {}
    const known = this.nonces.get(origin) ?? new Nonces(this, origin, origin === new URL(tokenUrl).origin ? tokenNonces : nonces)
    this.nonces.set(origin, known)
    return known
  }

  ownerOf(token: string | undefined): TokenFamily | undefined {
    return this.server.refreshTokens.get(token ?? '')?.family ?? this.server.accessTokens.get(token ?? '')?.family
  }

  nameOf(token: string | undefined): string {
    const issued = this.server.accessTokens.get(token ?? '')?.issued ?? this.server.refreshTokens.get(token ?? '')
    return issued ? nameOf(issued) : token ? 'an unknown token' : 'nothing'
  }
}
