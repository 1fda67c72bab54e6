import type { Plan } from '../plan'
import type { Random } from '../random'
import { comesToRest, watched } from '../run-world'
import { createStory } from '../story'
import { Tab } from '../tab'
import { World } from '../world'
import type { Choices } from './choices'
import { ChoosingScheduler, Joined } from './choosing-scheduler'
import { Observed } from './observed'
import { type Scenario, smallPlan } from './scenarios'

/** What is left of chance: what is likely happens, and nothing takes any time. */
const likely: Random = { next: () => 0.5, below: () => 0, chance: (probability) => probability >= 0.6, pick: ([first]) => first! }

/** One way through the scenario. `undefined`: it has joined another that was gone already. */
export async function runSmallWorld(scenario: Scenario, choices: Choices, visited: Set<string>): Promise<World | undefined> {
  const plan: Plan = { ...smallPlan, ...scenario.plan, random: likely }
  const observed = new Observed()
  const scheduler: ChoosingScheduler = new ChoosingScheduler(choices, observed, visited, () => sharedBy(world, faults))
  const world: World = new World(0, plan, scheduler, observed.hearing(createStory(() => scheduler.now)))
  scheduler.isApiAtOnce = !scenario.isApiSlow
  let faults = 1
  const fault = <Kind extends string>(where: string, _: number, kinds: readonly Kind[]): Kind | undefined => {
    const wanted = kinds.filter((kind) => scenario.faults?.[where]?.includes(kind))
    const taken = faults && wanted.length ? choices.choose(1 + wanted.length) : 0
    const kind = wanted[taken - 1]
    if (!kind) return undefined
    faults--
    world.happened.add(where).add(`${where} ${kind}`)
    return kind
  }
  Object.assign(world, { fault })

  for (const name of ['tab 1', 'tab 2']) {
    observed.running = name
    const tab = new Tab(world, name, { tabs: [] })
    world.tabs.push(tab)
    const { saw } = tab.wire
    tab.wire.saw = (value) => {
      observed.shows(name, JSON.stringify(value))
      saw.call(tab.wire, value)
    }
  }
  scheduler.turns = world.tabs.map((tab) => ({
    name: tab.name,
    isPossible: () => faults > 0 && scenario.act !== undefined && !tab.isDead && tab.calls.some(({ outcome }) => !outcome),
    take() {
      faults--
      act(scenario, tab)
    },
  }))

  let hasJoined = false
  await watched(world, async () => {
    try {
      // The search begins when each tab knows its session.
      await scheduler.runUntil(0)
      for (const tab of world.tabs) {
        observed.running = tab.name
        callOneByOne(world, tab)
      }
      scheduler.isOver = false
      await scheduler.runUntil(600_000)
    } catch (error) {
      if (!(error instanceof Joined)) throw error
      hasJoined = true
    }
    scheduler.isOver = true
    world.isCalm = true
    faults = 0
    if (!hasJoined && !world.violations.length) await comesToRest(world)
  })
  return hasJoined && !world.violations.length ? undefined : world
}

/** Each call begins at any moment after the one before it. */
function callOneByOne(world: World, tab: Tab): void {
  world.scheduler.after(0, tab, () => {
    tab.fetch()
    if (tab.calls.length < world.plan.calls) callOneByOne(world, tab)
  })
}

function act({ act }: Scenario, tab: Tab): void {
  if (act === 'kill') tab.kill()
  else if (act === 'logout') tab.signOut()
  else if (act === 'login') tab.signIn('u2')
  else tab.calls.find(({ outcome }) => !outcome)?.leave()
}

/** All that the tabs share, and what the checks compare between them. */
function sharedBy({ cell, lock, server, ledger, tabs, happened }: World, faults: number): string {
  const queues = [...lock.queues].map(([name, queue]) => [name, queue.map(({ tab }) => tab.name)])
  const tokens = [...server.refreshTokens.values()].map(({ family, serial, consumedAt }) => [family.id, serial, consumedAt, family.revoked])
  const checks = tabs.map(({ wire, isDead, stage }) => [wire.hasLookedSince, isDead, stage])
  return JSON.stringify([cell.value, queues, tokens, checks, ledger.loggedOut.size, ledger.cleared.size, [...happened], faults])
}
