import { setMaxListeners } from 'node:events'
import {
  AuthenticatedClient,
  type AuthenticatedClientOptions,
  type AuthScheme,
  bearer,
  type ClientEvent,
  type Clock,
  type Lock,
  localLock,
  type SessionState,
  type TokenSet,
} from 'authenticated-client'
import type { TokenFamily } from 'authenticated-client/testing'
import { hasToken } from './authorization-server'
import { Call } from './call'
import { brokenLock } from './locks'
import { apiOrigin, createNetwork, filesOrigin, foreignOrigin, resourceOrigins, revocationUrl, tokenUrl } from './network'
import { signsInItself, signsOutItself } from './own-callbacks'
import type { Stage } from './plan'
import type { Owner } from './scheduler'
import { schemesOf, typeOf } from './schemes'
import { SessionChecks, type SignIn } from './session-checks'
import { storeOptions } from './stores'
import { wallClockStart } from './wall-clock'
import { WireChecks } from './wire-checks'
import type { World } from './world'

/** What dies, freezes and locks together: a process, or a tab that is one of its own. */
export interface Process {
  readonly tabs: Tab[]
  lock?: Lock
}

/** Where robots are served, by name and password. */
export const reports = '/reports/all'

/** One tab, or one of the clients of a process: a client of its own, and the app around it. */
export class Tab implements Owner {
  isDead = false
  isDisposed = false
  frozenUntil = 0
  freezes = 0
  /** How wrong its clock is, in milliseconds. */
  private readonly skew: number
  /** Questions of a step-up that nobody has answered yet. */
  asking = 0
  /** The refresh token that the store has shown it last. */
  shown: string | undefined
  /** How many sign-ins and sign-outs its app has begun. */
  turns = 0
  logoutsRunning = 0
  signInsRunning = 0
  hasLoggedOut = false
  /** Sign-ins that could not be saved: they live in memory until the next call. */
  readonly unsavedSignIns = new Set<TokenFamily>()
  /** Sessions that a person's answer is being set for: another tab may be doing the same. */
  readonly setting = new Set<TokenFamily>()
  /** Refresh tokens that a step-up gave. */
  readonly given = new Set<string>()
  /** It has signed out before it had read the store: that means whatever session it finds first. */
  hasLeftUnseen = false
  readonly calls: Call[] = []
  /** Families that a sign-in here has replaced, perhaps not yet in the store. */
  readonly replaced = new Set<TokenFamily>()
  readonly lock: Lock | undefined
  readonly wire: WireChecks
  readonly sessions: SessionChecks
  readonly client: AuthenticatedClient
  /** Its clients for single APIs, by their origins. */
  readonly resources: readonly (readonly [origin: string, client: AuthenticatedClient])[]
  /** Listeners on the signal of `shared`. */
  private readonly listeners = new Set<unknown>()
  /** Its signal goes along with many calls. */
  private readonly shared = sharedByMany()
  private current: Stage = 'idle'

  constructor(
    private readonly world: World,
    readonly name: string,
    readonly process: Process,
  ) {
    process.tabs.push(this)
    const { plan } = world
    this.wire = new WireChecks(world, this)
    this.sessions = new SessionChecks(world, this, world.ledger)
    this.skew = plan.skewed ? world.random.below(20_000) - 10_000 : 0
    const clock = this.clock()
    this.lock = this.lockOf(clock)
    this.client = new AuthenticatedClient({
      tokenEndpoint: tokenUrl,
      clientId: 'simulation',
      ...(plan.revocationEndpoint ? { revocationEndpoint: revocationUrl } : {}),
      allowedOrigins: plan.schemes ? [apiOrigin, filesOrigin] : [apiOrigin],
      ...(plan.expiryLeeway === undefined ? {} : { expiryLeeway: plan.expiryLeeway }),
      refreshAhead: plan.refreshAhead,
      ...(plan.refreshTimeout === undefined ? {} : { refreshTimeout: plan.refreshTimeout }),
      fetch: createNetwork(world, this),
      clock,
      ...(plan.schemes ? { scheme: schemesOf(world, this) } : plan.scheme === 'nonce' ? { scheme: nonceScheme() } : {}),
      ...(plan.stepUp === 'no hook' ? {} : { onStepUp: () => this.stepsUp() }),
      ...(plan.claims ? { isUnauthorized: (response: Response) => response.headers.has('x-expired') } : {}),
      onLogout: (event) => this.loggedOut(event),
      ...(plan.listens ? { onEvent: (event) => this.hears(event) } : {}),
      ...(storeOptions(world, this, world.cell) as AuthenticatedClientOptions),
    })
    this.resources = plan.resources ? resourceOrigins.map((resource) => [resource, this.client.forResource({ resource })]) : []
    const { signal } = this.shared
    const add = signal.addEventListener
    const remove = signal.removeEventListener
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      this.listeners.add(args[1])
      add.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      this.listeners.delete(args[1])
      remove.apply(signal, args)
    }
  }

  get stage(): Stage {
    return this.current
  }

  set stage(stage: Stage) {
    this.current = stage
    if (stage !== 'idle') this.world.reaches(this, stage)
  }

  fetch(abortAfter?: number, asked?: string): Call {
    const { world, calls } = this
    const { random, plan, scheduler } = world
    const isForeign = !world.isCalm && random.chance(0.04)
    const isOneShot = !world.isCalm && random.chance(plan.oneShotChance)
    const isSafe = !isOneShot && random.chance(0.6)
    const call = new Call(world, this, `call ${calls.length}${isForeign ? ' (foreign)' : ''}`, isSafe, isOneShot)
    // Some bring the one signal of their page, which lives on: no listener may stay on it (I12).
    const own = random.chance(0.7) || abortAfter !== undefined ? new AbortController() : this.shared
    const init: RequestInit = { method: isSafe ? 'GET' : 'POST', headers: { 'x-call': String(calls.length) }, signal: own.signal }
    if (isOneShot) init.body = { async *[Symbol.asyncIterator]() {} } as unknown as ReadableStream
    calls.push(call)
    const [home, client] = this.anyClient()
    const [origin, path] = isForeign ? [foreignOrigin, '/things'] : this.anyPlace(home, init)
    call.origin = origin
    client.fetch(origin + (asked ?? path), init).then(
      (response) => call.settles(String(response.status)),
      (error) => call.fails(error),
    )
    if (own !== this.shared)
      call.leave = () => {
        if (call.outcome || call.reason) return
        call.reason = new Error('The user has left')
        this.count('abort')
        world.tell(this.name, `aborts ${call.name}`)
        own.abort(call.reason)
        // The call must be over after one turn of the event loop at the latest.
        setImmediate(() => call.outcome || world.violate('I4', `${call.name} does not end when its caller aborts`))
      }
    if (abortAfter !== undefined) scheduler.after(abortAfter, this, () => call.leave())
    return call
  }

  /** Where a call goes; in the calm always to where its session is what counts. */
  private anyPlace(home: string, init: RequestInit): readonly [origin: string, path: string] {
    const { plan, random, isCalm } = this.world
    const { names } = plan.schemes ?? {}
    if (!names || isCalm) return [home, '/things']
    if (random.chance(0.05)) init.redirect = random.pick(['manual', 'error'] as const)
    const asksRobots = names.includes('basic') || names.includes('digest')
    return [home === apiOrigin && random.chance(0.15) ? filesOrigin : home, asksRobots && random.chance(0.35) ? reports : '/things']
  }

  /** `getAccessToken()` or `refresh()`. */
  ask(what: 'token' | 'refresh'): Call {
    const call = new Call(this.world, this, `${what} ${this.calls.length}`, true, false)
    const [origin, client] = this.anyClient()
    this.calls.push(call)
    if (what === 'token')
      client.getAccessToken().then(
        (token) => call.gave(token, origin),
        (error) => call.fails(error),
      )
    else
      client.refresh().then(
        () => call.settles('refreshed'),
        (error) => call.fails(error),
      )
    return call
  }

  private anyClient(): readonly [origin: string, client: AuthenticatedClient] {
    const { random } = this.world
    return this.resources.length && random.chance(0.6) ? random.pick(this.resources) : [apiOrigin, this.client]
  }

  signIn(user: 'u1' | 'u2'): void {
    if (this.actsItself()) signsInItself(this.world, this, user)
    else this.setsTokens(user)
  }

  signOut(): void {
    if (this.actsItself()) signsOutItself(this.world, this)
    else this.logsOut()
  }

  /** Whether its app does without the client this time. */
  private actsItself(): boolean {
    const { plan, random } = this.world
    return plan.actsItself && random.chance(0.6)
  }

  private setsTokens(user: 'u1' | 'u2'): void {
    const { world } = this
    const before = this.client.state
    const left = before.status === 'authenticated' && world.families.get(before.sessionId ?? '')
    for (const other of left ? [left] : world.server.families) this.replaced.add(other)
    const issued = world.server.signIn(user)
    const { accessToken, refreshToken, family } = issued
    const call = new Call(world, this, `setTokens(${user}/s${family.id})`, true, false)
    this.calls.push(call)
    this.count('login')
    this.turns++
    // An app that signs out first, without waiting for that, has read no more of the store; nor has one that signs in again where it fails.
    const hasRead = before.status !== 'restoring' && this.wire.hasSeenStore
    const whileRestoring = !hasRead || (this.hasLeftUnseen && this.logoutsRunning > 0)
    const signIn: SignIn = { tab: this, by: this, begun: world.scheduler.step, refreshToken, whileRestoring }
    world.ledger.signIns.set(family, signIn)
    this.wire.learn(refreshToken)
    const { plan, random } = world
    // While a step-up is being asked, tokens without an id may be its answer: an app that means another sign-in gives them an id.
    const isNamed = this.asking > 0 || (!plan.mintsIds && plan.ids === 'session-id')
    const sessionId = isNamed ? `session-${family.id}` : undefined
    this.signInsRunning++
    const settled = (): void => {
      this.signInsRunning--
      signIn.settled = world.scheduler.step
    }
    const expiresAt = plan.tellsLifetime && random.chance(0.8) ? this.now() + plan.lifetime : undefined
    this.client
      .setTokens({ accessToken, refreshToken, ...typeOf(plan), ...(sessionId ? { sessionId } : {}), ...(expiresAt ? { expiresAt } : {}) })
      .finally(settled)
      .then(
        () => call.settles('signed in'),
        (error) => {
          this.unsavedSignIns.add(family)
          call.fails(error)
        },
      )
    const { state } = this.client
    if (state.status === 'authenticated' && state.sessionId) world.families.set(state.sessionId, family)
  }

  private logsOut(): void {
    const { world } = this
    const { state } = this.client
    const call = new Call(world, this, 'logout()', true, false)
    this.calls.push(call)
    this.count('logout')
    this.turns++
    this.logoutsRunning++
    this.hasLoggedOut = true
    const isSlow = /async|lagging/.test(world.plan.store) && !world.plan.readsAtOnce
    if (state.status === 'restoring' || !this.wire.hasSeenStore || (state.status === 'anonymous' && isSlow)) this.hasLeftUnseen = true
    const family = state.status === 'authenticated' ? world.families.get(state.sessionId ?? '') : undefined
    // While restoring, or without an id, nothing tells which session it is: it may be any of them.
    const isUnknown = state.status === 'restoring' || (state.status === 'authenticated' && !family)
    for (const other of family ? [family] : isUnknown ? world.server.families : []) world.ledger.loggedOut.add(other)
    if (family) this.sessions.over.add(family)
    for (const other of this.replaced) world.ledger.loggedOut.add(other)
    const stored = world.ownerOf(world.cell.refreshToken)
    // What the store shows though this tab has not seen it yet; what it may show, where it takes its time.
    const shown = isSlow ? world.server.families : stored ? [stored] : []
    if (state.status === 'anonymous') for (const other of shown) world.ledger.loggedOut.add(other)
    // A tab whose own copy of the store lags behind finds something older.
    if (state.status === 'restoring' && stored && world.plan.store !== 'plain-lagging') this.sessions.over.add(stored)
    this.client
      .logout()
      .finally(() => {
        this.logoutsRunning--
      })
      .then(
        () => call.settles('signed out'),
        (error) => call.fails(error),
      )
    if (state.status === 'authenticated' && this.client.state.status === 'authenticated')
      world.violate('I10', `${this.name} is still signed in after logout()`)
  }

  kill(): void {
    this.count('kill')
    this.world.happened.add('kill')
    for (const tab of this.process.tabs) {
      if (tab.isDead) continue
      this.world.tell(tab.name, 'is killed')
      tab.isDead = true
      this.world.lock.forget(tab)
    }
  }

  freeze(time: number): void {
    this.count('freeze')
    this.world.happened.add('freeze')
    for (const tab of this.process.tabs) {
      this.world.tell(tab.name, `is frozen for ${time} ms`)
      tab.frozenUntil = this.world.scheduler.now + time
      tab.freezes++
    }
  }

  now(): number {
    return wallClockStart + this.world.scheduler.now + this.world.wallShift + this.skew
  }

  /** Counts in which window of this tab's refresh something happened. */
  count(what: string): void {
    this.world.count(`window ${this.current}: ${what}`)
  }

  /** How many listeners are left on the signal that many calls share. */
  get leaks(): number {
    return this.listeners.size
  }

  private lockOf(clock: Clock): Lock | undefined {
    const { world, process } = this
    switch (world.plan.lock) {
      case 'none':
        return undefined
      case 'shared':
      case 'lease':
        return world.lock.of(this)
      case 'process': {
        process.lock ??= localLock(clock)
        const { lock } = process
        return {
          hold: (name, task, options) => {
            this.stage = 'asked'
            const held = (lost: AbortSignal) => {
              world.tell(this.name, "holds the process's lock")
              const flown = this.wire.granted()
              this.stage = 'locked'
              return task(lost).finally(flown)
            }
            return lock.hold(name, held, options).finally(() => {
              this.stage = 'idle'
            })
          },
        }
      }
      default:
        return brokenLock(world, this)
    }
  }

  /** A person is asked to prove more; some time later there are tokens, or there are none. */
  private async stepsUp(): Promise<TokenSet | null> {
    const { world, client } = this
    const { random, scheduler } = world
    const { state } = client
    const family = (state.status === 'authenticated' && world.families.get(state.sessionId ?? '')) || world.ownerOf(this.shown)
    this.asking++
    world.count('step-up')
    world.tell(this.name, 'onStepUp asks')
    const answered = new Promise<void>((resolve) => scheduler.after(random.pick([0, 10, 2_000, 15_000]), this, resolve))
    return answered.then(() => this.answers(state, family)).finally(() => this.asking--)
  }

  private async answers(state: SessionState, family: TokenFamily | undefined): Promise<TokenSet | null> {
    const { world, client } = this
    const { plan, scheduler, server } = world
    world.tell(this.name, `onStepUp: ${plan.stepUp}`)
    if (plan.stepUp === 'throws') throw new Error('The person has gone')
    const { state: now } = client
    const isOver = now.status !== 'authenticated' || (state.status === 'authenticated' && now.sessionId !== state.sessionId)
    // An app that still set tokens would begin another session.
    if (plan.stepUp === 'nothing' || !family || family.revoked || isOver) return null
    const { accessToken, refreshToken } = server.again(family)
    this.given.add(refreshToken)
    const tokens = { accessToken, refreshToken, ...typeOf(plan), ...(plan.tellsLifetime ? { expiresAt: this.now() + plan.lifetime } : {}) }
    if (plan.stepUp === 'returns') return tokens
    // What an app sets overwrites whatever the store holds: it counts from now, not from the first sign-in.
    const known = world.ledger.signIns.get(family)
    const { begun = 0 } = known ?? {}
    const by = known ? known.by : this // Nobody, where the app has signed in by itself.
    const signIn: SignIn = { tab: this, by, begun, refreshToken, whileRestoring: false }
    world.ledger.signIns.set(family, signIn)
    this.setting.add(family)
    await client
      .setTokens(tokens)
      .catch((error: unknown) => {
        this.unsavedSignIns.add(family)
        throw error
      })
      .finally(() => {
        signIn.settled = scheduler.step
        this.setting.delete(family)
      })
    return null
  }

  private clock(): Clock {
    const { scheduler, random } = this.world
    return {
      now: () => this.now(),
      random: () => random.next(),
      sleep: (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) return reject(signal.reason)
          const stop = (): void => {
            scheduler.cancel(timer)
            reject(signal?.reason)
          }
          const timer = scheduler.after(
            ms,
            this,
            () => {
              signal?.removeEventListener('abort', stop)
              resolve()
            },
            'timer',
          )
          signal?.addEventListener('abort', stop, { once: true })
        }),
    }
  }

  private loggedOut(event: Parameters<SessionChecks['loggedOut']>[0]): void {
    if (this.isDead) return
    const { world } = this
    this.sessions.loggedOut(event)
    const { plan, cell } = world
    // An app without clearTokens forgets the tokens here: its own, not those of somebody who has signed in meanwhile.
    const isTheirs = !event.sessionId || !cell.value?.sessionId || cell.value.sessionId === event.sessionId
    if (plan.store.startsWith('plain') && plan.clearsInOnLogout && cell.value && isTheirs) cell.apply(this, null, this.logoutsRunning > 0)
  }

  private hears(event: ClientEvent): void {
    if (this.isDead) return
    const { world } = this
    const { plan } = world
    if (hasToken(JSON.stringify(event))) world.violate('I13', `a token in the event ${event.type}`)
    if ('error' in event && event.error && hasToken(String((event.error as Error).message)))
      world.violate('I13', `a token in the error of ${event.type}`)
    if (event.type === 'decision') world.count(`row ${event.row} ${event.action}`)
    else if (event.type !== 'request' && event.type !== 'response') {
      const what =
        event.type === 'refresh-ended'
          ? `${event.outcome} ${event.error?.message ?? ''}`
          : event.type === 'session-changed'
            ? event.state.status
            : ''
      world.tell(this.name, `event ${event.type} ${what}`)
    }
    if (event.type === 'session-changed') this.sessions.changed(event.state)
    if (event.type === 'refresh-started') this.wire.flightStarts(event.because)
    if (event.type === 'step-up') world.count(`asked for ${event.error}`)
    if (event.type === 'refresh-ended') {
      world.count(`refresh ${event.outcome}`)
      const retryAt = Number((event.error as { retryAt?: number } | undefined)?.retryAt ?? 0) - this.now()
      if (retryAt > 0) {
        world.retryAt = Math.max(world.retryAt, world.scheduler.now + retryAt)
        // A client for a resource has a cool-down of its own.
        if (!plan.resources) this.wire.coolsDown(world.scheduler.now + retryAt)
      }
      this.wire.flightEnds(event.outcome)
      if (this.current === 'saved' || event.outcome !== 'refreshed') this.current = 'idle'
    }
  }
}

/** Bearer, with a nonce that the API may ask for anew: a scheme that has an answer of its own. */
function nonceScheme(): AuthScheme {
  let nonce: string | null = null
  const own = bearer()
  return {
    ...own,
    headers: ['authorization', 'x-nonce'],
    attach(request, tokens, context) {
      if (nonce) request.setHeader('x-nonce', nonce)
      return own.attach(request, tokens, context)
    },
    answer: ({ params }, { answered }) => (params.error !== 'use_nonce' ? 'refresh' : answered ? 'return' : 'replay'),
    observe(response) {
      nonce = response.headers.get('nonce') ?? nonce
    },
  }
}

/** An abort controller whose signal goes along with each call: the network listens to every one of them. */
function sharedByMany(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}
