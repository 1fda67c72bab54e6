import { lockGrants, sessionsCanBeTold, tabsAreApart, writesAreSwaps } from './excuses'
import { faultsEnd } from './plan'
import { Tab } from './tab'
import { World } from './world'

const calmAfter = 60_000

/** One world from its first event to its rest, with all that is checked at the end: I4, I8, I12. */
export async function runWorld(seed: number): Promise<World> {
  const world = new World(seed)
  const strays: unknown[] = []
  const onStray = (reason: unknown): void => void strays.push(reason)
  process.on('unhandledRejection', onStray)
  try {
    await live(world)
  } catch (error) {
    world.violate('I12', String((error as Error)?.stack ?? error))
  } finally {
    process.off('unhandledRejection', onStray)
  }
  for (const reason of strays) world.violate('I12', `unhandled rejection: ${String((reason as Error)?.stack ?? reason)}`)
  return world
}

async function live(world: World): Promise<void> {
  const { scheduler } = world
  schedule(world)
  await scheduler.runUntil(faultsEnd)
  world.isCalm = true
  await scheduler.runUntil(faultsEnd + calmAfter)
  while (world.retryAt >= scheduler.now) await scheduler.runUntil(world.retryAt + 1)
  await rest(world)
  for (const tab of world.tabs)
    for (const call of tab.calls) if (!tab.isDead && !call.outcome) world.violate('I4', `${call.name} of ${tab.name} never settled`)
  if (world.violations.length) return
  for (const round of ['first', 'second']) {
    for (const tab of world.tabs) {
      if (tab.isDead || world.violations.length) continue
      await succeeds(world, tab, round)
    }
    await scheduler.runUntil(scheduler.now + 5_000)
  }
  await rest(world)
  if (world.violations.length) return
  const timers = scheduler.queue.filter(({ isTimer, owner }) => isTimer && !owner?.isDead)
  if (timers.length) world.violate('I12', `${timers.length} timers are left`)
  for (const tab of world.tabs) {
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

/** I8: nothing fails any more, so a call succeeds, unless the session has ended for a reason. */
async function succeeds(world: World, tab: Tab, round: string): Promise<void> {
  const { scheduler, cell, server } = world
  const stored = cell.refreshToken
  const family = world.ownerOf(stored)
  // A sign-in that could not be saved goes before what the store holds, and may have died unseen.
  const isOver = family === undefined || tab.hasLoggedOut || tab.hasFailedSignIn || world.ledger.loggedOut.has(family)
  const isAlive = server.isLive(stored) && !isOver && lockGrants(world) && (writesAreSwaps(world) || !world.happened.has('write'))
  const call = tab.fetch()
  await scheduler.runUntil(scheduler.now + 60_000, () => call.outcome !== undefined)
  if (!call.outcome) world.violate('I4', `${call.name} of ${tab.name} does not settle, though nothing fails any more`)
  else if (call.outcome !== '200') {
    world.count('calm: the session was over')
    // Another tab's refresh in the background may race with this one's where nothing keeps them apart.
    const hasRaced = !tabsAreApart(world) && !server.isLive(stored)
    const isDoubted = !call.isSafe && !sessionsCanBeTold(world) && call.outcome.startsWith('SessionChanged')
    if (isAlive && !hasRaced && !isDoubted)
      world.violate('I8', `${round} ${call.name} of ${tab.name} ends with ${call.outcome}, though ${world.nameOf(stored)} is alive`)
  } else {
    world.count('calm: the call succeeded')
    // A sign-in of this tab that could not be saved before is saved now.
    const sent = call.sends.at(-1)
    const isOwn = sent && world.ledger.signIns.get(sent)?.tab === tab
    if (isAlive && !isOwn && sent !== family && sent !== world.ownerOf(cell.refreshToken))
      world.violate('I8', `${call.name} of ${tab.name} was sent for somebody else`)
  }
}

/** Everything that happens from outside, at times that chance sets. */
function schedule(world: World): void {
  const { plan, random, scheduler } = world
  const anyTime = (): number => random.below(faultsEnd + 8_000)
  const bursts = Array.from({ length: plan.bursts }, () => (random.chance(0.3) ? 0 : anyTime()))
  // Logins and the like come where calls are.
  const soon = (): number => random.pick(bursts) + random.pick([0, 0, 0, 1, 2, 5, 20, 100, 1_000, 3_000])
  const living = (): Tab | undefined => {
    const tabs = world.tabs.filter((tab) => !tab.isDead)
    return tabs.length ? random.pick(tabs) : undefined
  }
  const later = (act: (tab: Tab) => void, at = soon()): void => {
    scheduler.after(at, undefined, () => {
      const tab = living()
      if (!tab) return
      // A frozen tab runs nothing, and nobody uses it.
      if (tab.frozenUntil > scheduler.now) return
      act(tab)
    })
  }
  const open = (): void => void world.tabs.push(new Tab(world, `tab ${world.tabs.length + 1}`))
  open()
  for (let tab = 1; tab < plan.tabs; tab++) {
    if (random.chance(0.7)) open()
    else scheduler.after(soon(), undefined, open)
  }
  if (!plan.startsSignedIn) later((tab) => tab.signIn(1), 0)
  for (let call = 0; call < plan.calls; call++) {
    const abortAfter = random.chance(plan.abortChance) ? random.pick([0, 1, 3, 10, 50, 500, 5_000, 11_000]) : undefined
    const kind = random.chance(0.9) ? 'fetch' : random.pick(['token', 'refresh'] as const)
    later((tab) => (kind === 'fetch' ? tab.fetch(abortAfter) : tab.ask(kind)))
  }
  for (let login = 0; login < plan.logins; login++) later((tab) => tab.signIn(random.pick([1, 2])))
  for (let logout = 0; logout < plan.logouts; logout++) later((tab) => tab.signOut())
  for (let kill = 0; kill < plan.kills; kill++)
    later((tab) => {
      tab.kill()
      if (random.chance(0.7)) scheduler.after(world.latency(), undefined, open)
    })
  for (let freeze = 0; freeze < plan.freezes; freeze++) later((tab) => tab.freeze(random.pick([500, 5_000, 12_000, 35_000])))
  for (let jump = 0; jump < plan.jumps; jump++)
    later(() => {
      world.wallShift += random.pick([-3_600_000, -20_000, 20_000, 3_600_000, 315_360_000_000, -315_360_000_000])
      world.happened.add('jump')
      world.tell('clock', `jumps; now shifted by ${world.wallShift / 1000} s`)
    })
}
