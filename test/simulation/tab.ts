import { AuthenticatedClient, type AuthenticatedClientOptions, type ClientEvent, type Clock, type Lock } from 'authenticated-client'
import type { Family } from './authorization-server'
import { Call } from './call'
import { wallClockStart } from './first-session'
import { brokenLock } from './locks'
import { apiOrigin, createNetwork, foreignOrigin, revocationUrl, tokenUrl } from './network'
import type { Owner } from './scheduler'
import { SessionChecks } from './session-checks'
import { storeOptions } from './stores'
import { WireChecks } from './wire-checks'
import type { World } from './world'

/** One tab or process: a client of its own, and the app around it. */
export class Tab implements Owner {
  isDead = false
  isDisposed = false
  frozenUntil = 0
  /** Where its refresh is, for the windows that the counters name. */
  phase: 'idle' | 'sent' | 'rotated' | 'answered' | 'received' | 'saving' | 'saved' = 'idle'
  turns = 0
  logoutsRunning = 0
  hasLoggedOut = false
  hasFailedSignIn = false
  /** It has signed out before it knew of what: whatever it finds is what it meant. */
  hasLeftUnseen = false
  signInsRunning = 0
  readonly calls: Call[] = []
  /** Families that a sign-in here took the place of, perhaps before the store knew. */
  readonly replaced = new Set<Family>()
  readonly lock: Lock | undefined
  readonly wire: WireChecks
  readonly sessions: SessionChecks
  readonly client: AuthenticatedClient
  /** Listeners on the signal that many calls share. */
  listeners = 0
  private readonly shared = new AbortController()

  constructor(
    private readonly world: World,
    readonly name: string,
  ) {
    const { plan } = world
    this.wire = new WireChecks(world, this)
    this.sessions = new SessionChecks(world, this, world.ledger)
    this.lock =
      plan.lock === 'none' ? undefined : plan.lock === 'shared' || plan.lock === 'lease' ? world.lock.of(this) : brokenLock(world, this)
    this.client = new AuthenticatedClient({
      tokenEndpoint: tokenUrl,
      clientId: 'simulation',
      ...(plan.revocationEndpoint ? { revocationEndpoint: revocationUrl } : {}),
      allowedOrigins: [apiOrigin],
      ...(plan.expiryLeeway === undefined ? {} : { expiryLeeway: plan.expiryLeeway }),
      refreshAhead: plan.refreshAhead,
      ...(plan.refreshTimeout === undefined ? {} : { refreshTimeout: plan.refreshTimeout }),
      fetch: createNetwork(world, this),
      clock: this.clock(world.plan.skewed ? world.random.below(20_000) - 10_000 : 0),
      onLogout: (event) => this.loggedOut(event),
      ...(plan.listens ? { onEvent: (event) => this.hears(event) } : {}),
      ...(storeOptions(world, this, world.cell) as AuthenticatedClientOptions),
    })
    const { signal } = this.shared
    const add = signal.addEventListener
    const remove = signal.removeEventListener
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      this.listeners++
      add.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      this.listeners--
      remove.apply(signal, args)
    }
  }

  fetch(abortAfter?: number): Call {
    const { world, calls } = this
    const { random, plan, scheduler } = world
    const isForeign = !world.isCalm && random.chance(0.04)
    const isOneShot = !world.isCalm && random.chance(plan.oneShotChance)
    const isSafe = !isOneShot && random.chance(0.6)
    const call = new Call(world, this, `call ${calls.length}${isForeign ? ' (foreign)' : ''}`, isSafe, isOneShot)
    const own = abortAfter === undefined ? undefined : new AbortController()
    const init: RequestInit = { method: isSafe ? 'GET' : 'POST', headers: { 'x-call': String(calls.length) } }
    if (isOneShot) init.body = { async *[Symbol.asyncIterator]() {} } as unknown as ReadableStream
    if (own) init.signal = own.signal
    calls.push(call)
    const answered = this.client.fetch(`${isForeign ? foreignOrigin : apiOrigin}/things`, init)
    answered.then(
      (response) => call.settles(String(response.status)),
      (error) => call.fails(error),
    )
    if (own && abortAfter !== undefined)
      scheduler.after(abortAfter, this, () => {
        if (call.outcome) return
        call.reason = new Error('The user has left')
        world.count(`window: abort while ${call.sends.length ? 'sent' : 'waiting'}, refresh ${this.phase}`)
        world.tell(this.name, `aborts ${call.name}`)
        own.abort(call.reason)
        // One event later at the latest, it must be over.
        setImmediate(() => call.outcome || world.violate('I4', `${call.name} does not end when its caller aborts`))
      })
    return call
  }

  /** `getAccessToken()` or `refresh()`. */
  ask(what: 'token' | 'refresh'): Call {
    const call = new Call(this.world, this, `${what} ${this.calls.length}`, true, false)
    this.calls.push(call)
    if (what === 'token')
      this.client.getAccessToken().then(
        (token) => call.gave(token),
        (error) => call.fails(error),
      )
    else
      this.client.refresh().then(
        () => call.settles('refreshed'),
        (error) => call.fails(error),
      )
    return call
  }

  signIn(user: 1 | 2): void {
    const { world } = this
    const before = this.client.state
    const left = before.status === 'authenticated' && world.families.get(before.sessionId ?? '')
    for (const other of left ? [left] : world.server.families) this.replaced.add(other)
    const issued = world.server.signIn(user)
    const { accessToken, refreshToken, family } = issued
    const call = new Call(world, this, `setTokens(u${user}/s${family.id})`, true, false)
    this.calls.push(call)
    this.count('login')
    this.turns++
    const whileRestoring = before.status === 'restoring'
    const signIn: { tab: Tab; begun: number; settled?: number; whileRestoring: boolean } = {
      tab: this,
      begun: world.scheduler.step,
      whileRestoring,
    }
    world.ledger.signIns.set(family, signIn)
    const { plan, random } = world
    const sessionId = plan.mintsIds || plan.ids !== 'session-id' ? undefined : `session-${family.id}`
    const settled = (): void => {
      signIn.settled = world.scheduler.step
    }
    const expiresAt = plan.tellsLifetime && random.chance(0.8) ? this.now() + plan.lifetime : undefined
    this.client
      .setTokens({ accessToken, refreshToken, ...(sessionId ? { sessionId } : {}), ...(expiresAt ? { expiresAt } : {}) })
      .finally(settled)
      .then(
        () => call.settles('signed in'),
        (error) => {
          this.hasFailedSignIn = true
          call.fails(error)
        },
      )
    const { state } = this.client
    if (state.status === 'authenticated' && state.sessionId) world.families.set(state.sessionId, family)
  }

  signOut(): void {
    const { world } = this
    const { state } = this.client
    const call = new Call(world, this, 'logout()', true, false)
    this.calls.push(call)
    this.count('logout')
    this.turns++
    this.logoutsRunning++
    this.hasLoggedOut = true
    if (state.status === 'restoring') this.hasLeftUnseen = true
    const family = state.status === 'authenticated' ? world.families.get(state.sessionId ?? '') : undefined
    // While restoring nobody knows whose session it is, and without an id nobody can say so: it may be any of them.
    const isUnknown = state.status === 'restoring' || (state.status === 'authenticated' && !family)
    for (const other of family ? [family] : isUnknown ? world.server.families : []) world.ledger.loggedOut.add(other)
    if (family) this.sessions.over.add(family)
    for (const other of this.replaced) world.ledger.loggedOut.add(other)
    const stored = world.ownerOf(world.cell.refreshToken)
    if (state.status === 'restoring' && stored) this.sessions.over.add(stored)
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
    this.world.tell(this.name, 'is killed')
    this.isDead = true
    this.world.lock.forget(this)
  }

  freeze(time: number): void {
    this.count('freeze')
    this.world.happened.add('freeze')
    this.world.tell(this.name, `is frozen for ${time} ms`)
    this.frozenUntil = this.world.scheduler.now + time
  }

  now(): number {
    return wallClockStart + this.world.scheduler.now + this.world.wallShift
  }

  private count(what: string): void {
    this.world.count(`window: ${what} while refresh ${this.phase}`)
  }

  private clock(skew: number): Clock {
    const { scheduler, random } = this.world
    return {
      now: () => this.now() + skew,
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
            true,
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
    if (plan.store.startsWith('plain') && plan.clearsInOnLogout && cell.value && isTheirs) cell.apply(this, null)
  }

  private hears(event: ClientEvent): void {
    if (this.isDead) return
    const { world } = this
    if (JSON.stringify(event).includes('canary')) world.violate('I13', `a token in the event ${event.type}`)
    if ('error' in event && event.error && String((event.error as Error).message).includes('canary'))
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
    if (event.type === 'refresh-started') this.wire.flightStarts()
    if (event.type === 'refresh-ended') {
      world.count(`refresh ${event.outcome}`)
      const retryAt = Number((event.error as { retryAt?: number } | undefined)?.retryAt ?? 0) - this.now()
      if (retryAt > 0) world.retryAt = Math.max(world.retryAt, world.scheduler.now + retryAt)
    }
  }
}
