import { excused } from './excuses'
import { foreignWriterRefreshes } from './foreign-writer'
import { type Act, faultsEnd } from './plan'
import type { Pending } from './scheduler'
import { type Process, reports, Tab } from './tab'
import { World } from './world'

const calmAfter = 60_000

/** One world from its first event to its rest, with all that is checked at the end: I4, I8, I12. */
export async function runWorld(seed: number): Promise<World> {
  const world = new World(seed)
  await watched(world, () => live(world))
  return world
}

/** What it throws, now or later, is a violation. */
async function watched(world: World, run: () => Promise<void>): Promise<void> {
  const strays: unknown[] = []
  const onStray = (reason: unknown): void => void strays.push(reason)
  process.on('unhandledRejection', onStray)
  try {
    await run()
  } catch (error) {
    world.violate('I12', String((error as Error)?.stack ?? error))
  } finally {
    process.off('unhandledRejection', onStray)
  }
  for (const reason of strays) world.violate('I12', `unhandled rejection: ${String((reason as Error)?.stack ?? reason)}`)
}

async function live(world: World): Promise<void> {
  const { scheduler } = world
  schedule(world)
  await scheduler.runUntil(faultsEnd)
  world.isCalm = true
  await scheduler.runUntil(faultsEnd + calmAfter)
  await comesToRest(world)
}

/** Nothing is begun any more, and nothing fails: all that was begun ends, and then each tab works. */
async function comesToRest(world: World): Promise<void> {
  const { scheduler } = world
  while (world.retryAt >= scheduler.now) await scheduler.runUntil(world.retryAt + 1)
  await rest(world)
  for (const tab of world.tabs)
    for (const call of tab.calls) if (!tab.isDead && !call.outcome) world.violate('I4', `${call.name} of ${tab.name} never settled`)
  if (world.violations.length) return
  for (const tab of world.tabs) if (!tab.isDead) hasHeard(world, tab)
  for (const round of ['first', 'second']) {
    for (const tab of world.tabs) {
      if (tab.isDead || world.violations.length) continue
      await succeeds(world, tab, round)
    }
    await scheduler.runUntil(scheduler.now + 5_000)
  }
  for (const tab of world.tabs) if (!tab.isDead) await servesRobots(world, tab)
  const timers = await idleTimers(world)
  if (timers && world.plan.lock !== 'never') world.violate('I12', `${timers} timers run on for nothing`)
  await rest(world)
  if (world.violations.length) return
  if (world.lock.users.length) world.violate('I12', `${world.lock.users.join(', ')} still hold the lock`)
  for (const tab of world.tabs) {
    if (!tab.isDead && tab.leaks) world.violate('I12', `${tab.leaks} listeners are left on the signal of ${tab.name}`)
    if (!tab.isDead) tab.sessions.rests()
    tab.isDisposed = true
    tab.client.dispose()
  }
}

/** Until nothing is under way that was under way before the calm; a hung connection ends within 40 s. */
async function rest(world: World): Promise<void> {
  const { scheduler } = world
  const end = scheduler.now + 100_000
  await scheduler.runUntil(end, () => !scheduler.queue.some(({ owner }) => !owner?.isDead))
}

/** I5: a tab that is told of changes of the store knows whether its session is over before anybody calls. */
export function hasHeard(world: World, { name, client: { state }, unsavedSignIns, hasLoggedOut }: Tab): void {
  const { plan, cell, happened } = world
  const isTold = plan.hints && /^(cas|web)/.test(plan.store) && !['read', 'write', 'freeze'].some((event) => happened.has(event))
  // A tab that has just signed out takes up what it found meanwhile at its next call.
  const hasJustLeft = hasLoggedOut && state.status === 'ended'
  const isWrong = isTold && !hasJustLeft && !unsavedSignIns.size && (state.status === 'authenticated') !== (cell.value !== null)
  // The very same refresh token, which some servers give again, begins no session anew (rule 15).
  const isGivenAgain = !plan.rotates || (plan.overlap > 0 && plan.overlapGives === 'the same pair')
  const staysEnded = (): boolean =>
    state.status === 'ended' && isGivenAgain && excused('it was brought back', world, world.ownerOf(cell.refreshToken))
  if (isWrong && !staysEnded()) world.violate('I5', `${name} is ${state.status}, though the store says otherwise and has told so`)
}

/** Timers that run on when nothing else has been under way for a second. */
async function idleTimers({ scheduler }: World): Promise<number> {
  const left = (): Pending[] => scheduler.queue.filter(({ owner }) => !owner?.isDead)
  const isIdle = (): boolean => left().every(({ kind }) => kind === 'timer')
  for (let look = 0; look < 50; look++) {
    await scheduler.runUntil(scheduler.now + 20_000, isIdle)
    const steps = scheduler.step
    await scheduler.runUntil(scheduler.now + 1_000)
    if (steps === scheduler.step) break
  }
  return left().length
}

/** I8: nothing fails any more, so a call succeeds, unless the session has ended for a reason. */
export async function succeeds(world: World, tab: Tab, round: string): Promise<void> {
  const { scheduler, cell, server, ledger } = world
  const stored = cell.refreshToken ?? ''
  const family = world.ownerOf(stored)
  const isOver = family === undefined || ledger.loggedOut.has(family) || !server.isLive(stored)
  const call = tab.fetch()
  await scheduler.runUntil(scheduler.now + 60_000, () => call.outcome !== undefined)
  if (!call.outcome) return world.violate('I4', `${call.name} of ${tab.name} does not settle, though nothing fails any more`)
  // A call without a session may still be served, by Basic or Digest.
  if (call.outcome !== '200' || !call.sends.at(-1)) {
    world.count('calm: the session was over')
    // Another tab's refresh in the background may race with this one's where nothing keeps them apart, or with what was saved too late.
    const other = world.tabs.find((other) => other !== tab && !other.isDead)
    const hasRaced = (): boolean =>
      Boolean(other && !server.isLive(stored)) &&
      (excused('tabs are not apart', world, tab, other!) ||
        excused('tabs know it by another name', world) ||
        excused('the rotation was not saved', world))
    // To a client for a resource, a session that can't be told apart is another one. A call that went out with a password gets its 401.
    const isTold = call.outcome.startsWith('SessionChanged') || (world.plan.schemes !== undefined && call.outcome === '401')
    const isRefused = (!call.isSafe || world.plan.resources) && isTold
    if (isOver || hasRaced() || (isRefused && excused('sign-ins look alike', world))) return
    if (excused('the lock is never granted', world) || excused('reads lag behind', world)) return
    const next = world.ownerOf(cell.refreshToken)
    // The call was told that its session was replaced, or got its own 401.
    const sent = call.sends.at(-1)
    const isReplaced = (next !== family || (sent && sent !== next)) && /^(SessionChanged|401)/.test(call.outcome)
    if (isReplaced && excused('a sign-in was saved late', world, tab, next)) return
    if ((tab.client.state.status === 'ended' || isReplaced) && excused('writes are no swaps', world)) return
    // The tab may have taken another tab's sign-in of the same user for its own, and that was refused.
    const isOwn = family !== undefined && ledger.signIns.get(family)?.by === tab
    const others = [...ledger.loggedOut, ...(isOwn ? server.families.filter((other) => other !== family) : [])]
    if (others.some((other) => excused('two sign-ins of one user are one', world, other, family))) return
    const mayHaveLeft = family && ledger.cleared.has(family) ? world.tabs : [tab]
    if (mayHaveLeft.some((one) => excused('it left before it knew of what', world, one))) return
    if (excused('its own sign-in died unsaved', world, tab)) return
    // The very same refresh token begins nothing anew in a tab that has heard of its end (rule 15).
    const staysEnded = tab.client.state.status === 'ended' && tab.sessions.endedWith === stored && ledger.savedAgain.has(family)
    if (staysEnded && excused('writes say what they did not do', world)) return
    world.violate('I8', `${round} ${call.name} of ${tab.name} ends with ${call.outcome}, though ${world.nameOf(stored)} is alive`)
  } else {
    world.count('calm: the call succeeded')
    const sent = call.sends.at(-1)
    // A sign-in of this tab that could not be saved before is saved now.
    if (isOver || sent === family || sent === world.ownerOf(cell.refreshToken) || (round === 'first' && tab.unsavedSignIns.has(sent!)))
      return
    if (excused('the lock is never granted', world) || excused('reads lag behind', world)) return
    if (excused('two sign-ins of one user are one', world, sent, family)) return
    if (excused('writes are no swaps', world)) {
      // With this call it saves again what it holds, over what its own late write has put into the store.
      await scheduler.runUntil(scheduler.now + 1_000)
      if (sent === world.ownerOf(cell.refreshToken)) return
    }
    world.violate('I8', `${call.name} of ${tab.name} was sent for somebody else`)
  }
}

/** I8 of schemes that use no tokens: where they are asked for, a call is served, whatever became of the session. */
async function servesRobots(world: World, tab: Tab): Promise<void> {
  const { names = [] } = world.plan.schemes ?? {}
  if (!names.includes('basic') && !names.includes('digest')) return
  const outcomes: (string | undefined)[] = []
  // The session may change under the first one, or be saved: then that has its own 401 (rows 4 and 5).
  while (outcomes.length < 2 && outcomes.at(-1) !== '200') {
    const call = tab.fetch(undefined, reports)
    await world.scheduler.runUntil(world.scheduler.now + 60_000, () => call.outcome !== undefined)
    outcomes.push(call.outcome)
    await world.scheduler.runUntil(world.scheduler.now + 5_000)
  }
  if (outcomes.every((outcome) => outcome?.startsWith('4'))) world.violate('I8', `${tab.name} is served no reports: ${outcomes}`)
}

/** Everything that happens from outside, at times that chance sets. */
function schedule(world: World): void {
  const { plan, random, scheduler } = world
  const anyTime = (): number => random.below(faultsEnd + 8_000)
  const bursts = Array.from({ length: plan.bursts }, () => (random.chance(0.3) ? 0 : anyTime()))
  // Logins and the like come where calls are.
  const soon = (): number => random.pick(bursts) + random.pick([0, 0, 0, 1, 2, 5, 20, 100, 1_000, 3_000])
  // A frozen tab runs nothing, and nobody uses it.
  const isUsable = (tab: Tab): boolean => !tab.isDead && tab.frozenUntil <= scheduler.now
  const anyOf = <Item>(items: readonly Item[]): Item | undefined => (items.length ? random.pick(items) : undefined)
  const later = (act: (tab: Tab) => void, at = soon()): void => {
    scheduler.after(at, undefined, () => {
      const tab = anyOf(world.tabs.filter(({ isDead }) => !isDead))
      if (tab && isUsable(tab)) act(tab)
    })
  }
  const open = (): void => {
    const last = world.tabs.at(-1)?.process
    const joins = plan.lock === 'process' && last && !last.tabs[0]?.isDead && last.tabs.length < 3 && random.chance(0.6)
    const process: Process = joins ? last : { tabs: [] }
    world.tabs.push(new Tab(world, `tab ${world.tabs.length + 1}`, process))
  }
  const kill = (tab: Tab): void => {
    tab.kill()
    if (random.chance(0.7)) scheduler.after(world.latency(), undefined, open)
  }
  const freeze = (tab: Tab): void => tab.freeze(random.pick([500, 5_000, 12_000, 35_000]))
  const jump = (): void => {
    const by = random.pick([-3_600_000, -20_000, 20_000, 3_600_000, 315_360_000_000, -315_360_000_000])
    world.wallShift += by
    world.happened.add('jump')
    world.count('fault clock jump')
    // A clock that is set back a little makes a cool-down that much longer, since its end is a time of that clock.
    if (by === -20_000) world.retryAt -= by
    world.tell('clock', `jumps; now shifted by ${world.wallShift / 1000} s`)
  }
  const user = (): 'u1' | 'u2' => random.pick(['u1', 'u2'] as const)

  world.perform = (act: Act, at: Tab): void => {
    const elsewhere = act.endsWith('elsewhere')
    const tab = elsewhere ? anyOf(world.tabs.filter((other) => other !== at && isUsable(other))) : at
    if (!tab || !isUsable(tab)) return
    // The rest is counted by the tab itself.
    if (elsewhere || act === 'jump' || act === 'call') at.count(act)
    if (act === 'abort') anyOf(tab.calls.filter(({ outcome }) => !outcome))?.leave()
    else if (act.startsWith('login')) tab.signIn(user())
    else if (act.startsWith('logout')) tab.signOut()
    else if (act === 'kill') kill(tab)
    else if (act === 'freeze') freeze(tab)
    else if (act === 'jump') jump()
    else tab.fetch()
  }

  open()
  for (let tab = 1; tab < plan.tabs; tab++) {
    if (random.chance(0.7)) open()
    else scheduler.after(soon(), undefined, open)
  }
  if (!plan.startsSignedIn) later((tab) => tab.signIn('u1'), 0)
  for (let call = 0; call < plan.calls; call++) {
    const abortAfter = random.chance(plan.abortChance) ? random.pick([0, 1, 3, 10, 50, 500, 5_000, 11_000]) : undefined
    const kind = random.chance(0.9) ? 'fetch' : random.pick(['token', 'refresh'] as const)
    later((tab) => (kind === 'fetch' ? tab.fetch(abortAfter) : tab.ask(kind)))
  }
  for (let login = 0; login < plan.logins; login++) later((tab) => tab.signIn(user()))
  for (let logout = 0; logout < plan.logouts; logout++) later((tab) => tab.signOut())
  for (let kills = 0; kills < plan.kills; kills++) later(kill)
  for (let freezes = 0; freezes < plan.freezes; freezes++) later(freeze)
  for (let jumps = 0; jumps < plan.jumps; jumps++) later(jump)
  if (plan.foreign !== 'none')
    for (let refresh = 0; refresh < plan.foreignRefreshes; refresh++)
      scheduler.after(soon(), undefined, () => foreignWriterRefreshes(world))
}
