import type { Plan } from '../plan'
import type { Random } from '../random'
import { hasHeard, succeeds } from '../run-world'
import type { EventKind } from '../scheduler'
import { createStory } from '../story'
import { Tab } from '../tab'
import { type Violation, World } from '../world'
import { Observed } from './observed'
import { type Scenario, smallPlan } from './scenarios'
import { type Part, SharedParts } from './shared-parts'
import { SteppedScheduler } from './stepped-scheduler'

/** What is left of chance: what is likely happens, and nothing takes any time. */
const likely: Random = { next: () => 0.5, below: () => 0, chance: (probability) => probability >= 0.6, pick: ([first]) => first! }

const names = ['tab 1', 'tab 2']
const tabOf = (name: string): number => names.indexOf(name)

/** What ends a way: nothing fails any more, each tab's calls have settled, each works, and nothing is left behind. */
export const endings = ['settled', 'works', 'still works', 'leaves'] as const
type Ending = (typeof endings)[number]

/** One step of one tab, or of a server for it. */
export interface Step {
  readonly tab: number
  /** The name of an event; `turn`: what may happen from outside, at any moment; an ending; or `waits`: time passes. */
  readonly event: string
  /** Which chance for the fault is taken, of those that come in this step; 0: none. */
  readonly fault: number
  /** When it is taken. */
  readonly now: number
}

export interface Event {
  readonly name: string
  readonly kind: EventKind
  readonly at: number
  /** Whether it is the tab's, and not a server's. */
  readonly isOwn: boolean
}

export interface TabView {
  readonly seen: string
  readonly fromOutside: number
  readonly events: readonly Event[]
  readonly parts: readonly string[]
}

/** All that can matter to what comes: two worlds of one view go on alike. */
export interface View {
  readonly now: number
  readonly shared: readonly string[]
  readonly tabs: readonly TabView[]
}

/** What a step has done beside changing the view. */
export interface Done {
  readonly touched: ReadonlySet<Part>
  /** Chances that it had for the fault. */
  readonly chances: number
  /** Whichever tab it was. */
  readonly violations: readonly Violation[]
}

/** What all worlds of a search have told. */
export interface Heard {
  /** Rejections that nobody has handled. */
  readonly strays: unknown[]
  /** Arrows of protocol.md that were taken: of a session, and to the ends of flights. */
  readonly arrows: Set<string>
}

/** Two tabs on one store and one lock, the product in each: goes the way that it is told. */
export class SmallWorld {
  readonly world: World
  private readonly observed = new Observed()
  private readonly scheduler = new SteppedScheduler(this.observed, tabOf)
  private readonly tabs: Tab[] = []
  private parts!: SharedParts
  private faults = 1
  private chances = 0
  private taken = 0

  private constructor(
    private readonly scenario: Scenario,
    private readonly heard: Heard,
  ) {
    const plan: Plan = { ...smallPlan, ...scenario.plan, random: likely }
    const { scheduler, observed } = this
    const story = createStory(() => scheduler.now)
    this.world = new World(0, plan, scheduler, observed.hearing(story, tabOf))
    this.world.fault = (where, _, kinds) => this.fault(where, kinds)
  }

  /** Until each tab knows its session: there the search begins. */
  static async begun(scenario: Scenario, heard: Heard): Promise<SmallWorld> {
    const small = new SmallWorld(scenario, heard)
    const { world, observed, scheduler, tabs } = small
    const left = small.faults
    small.faults = 0
    for (const [index, name] of names.entries()) {
      observed.begins('begins', index, false)
      const tab = new Tab(world, name, { tabs: [] })
      small.listens(tab, index)
      tabs.push(tab)
      world.tabs.push(tab)
    }
    await scheduler.runUntil(0)
    small.faults = left
    small.parts = new SharedParts(world, () => small.faults)
    observed.seen.fill('')
    observed.fromOutside.fill(0)
    for (const [index, tab] of tabs.entries()) {
      observed.begins('begins', index, false)
      small.callOneByOne(tab)
    }
    return small
  }

  view(): View {
    const { observed, parts, scheduler, tabs } = this
    const waiting = scheduler.waiting()
    return {
      now: scheduler.now,
      shared: parts.shared(),
      tabs: tabs.map(({ isDead }, index) => ({
        // What the dead have seen matters to nobody.
        seen: isDead ? '' : observed.seen[index]!,
        fromOutside: isDead ? 0 : observed.fromOutside[index]!,
        events: waiting
          .filter(({ tab }) => tab === index)
          .map(({ name, pending: { kind, at, owner } }) => ({ name, kind, at: kind === 'timer' ? at : 0, isOwn: owner !== undefined })),
        parts: parts.ofTab(index),
      })),
    }
  }

  async take({ tab, event, fault, now }: Step): Promise<Done> {
    const { scheduler, parts, world, heard } = this
    this.chances = 0
    this.taken = fault
    parts.touched.clear()
    const before = world.violations.length
    if (event === 'waits') scheduler.now = now
    else if (event === 'turn') {
      parts.touched.add('faults')
      this.faults--
      await scheduler.runTurn(tab, event, () => act(this.scenario, this.tabs[tab]!))
    } else if (isEnding(event)) await this.end(tab, event)
    else {
      const next = scheduler.waiting().find((waiting) => waiting.tab === tab && waiting.name === event)
      if (!next) throw new Error(`Nothing called ${event} waits in tab ${tab}`)
      await scheduler.runNow(next)
    }
    const touched = new Set(parts.touched)
    for (const reason of heard.strays.splice(0)) world.violate('I12', `unhandled rejection: ${reason}`)
    const violations = world.violations.slice(before).map(({ invariant, what }) => ({ invariant, what: what.replace(/tab \d/g, 'a tab') }))
    return { touched, chances: this.chances, violations }
  }

  /** For one tab alone: what that brings about in the other one waits until it is over. */
  private async end(index: number, ending: Ending): Promise<void> {
    const { world, scheduler, observed } = this
    const tab = this.tabs[index]!
    this.faults = 0
    world.isCalm = true
    observed.begins(ending, index, true)
    scheduler.only = index
    if (ending === 'settled') {
      for (const call of tab.calls) if (!call.outcome) world.violate('I4', `${call.name} of ${tab.name} never settled`)
      hasHeard(world, tab)
    } else if (ending === 'leaves') {
      if (world.lock.users.includes(tab.name)) world.violate('I12', `${tab.name} still holds the lock`)
      if (tab.leaks) world.violate('I12', `${tab.leaks} listeners are left on the signal of ${tab.name}`)
      tab.sessions.rests()
      tab.isDisposed = true
      tab.client.dispose()
    } else await succeeds(world, tab, ending === 'works' ? 'first' : 'second')
    scheduler.only = undefined
  }

  private listens({ wire, sessions }: Tab, index: number): void {
    const { observed, heard } = this
    const { saw, flightEnds } = wire
    const { changed } = sessions
    let status = 'restoring'
    wire.saw = (value) => {
      observed.shows(index, JSON.stringify(value))
      saw.call(wire, value)
    }
    wire.flightEnds = (outcome) => {
      heard.arrows.add(`--> ${outcome.replace('-', '_')}`)
      flightEnds.call(wire, outcome)
    }
    sessions.changed = (state) => {
      heard.arrows.add(`${status} --> ${state.status}`)
      status = state.status
      changed.call(sessions, state)
    }
  }

  /** Each call begins at any moment after the one before it. */
  private callOneByOne(tab: Tab): void {
    this.scheduler.after(0, tab, () => {
      tab.fetch()
      if (tab.calls.length < this.world.plan.calls) this.callOneByOne(tab)
    })
  }

  private fault<Kind extends string>(where: string, kinds: readonly Kind[]): Kind | undefined {
    const { scenario, world, parts, observed } = this
    const wanted = kinds.filter((kind) => scenario.faults?.[where]?.includes(kind))
    if (wanted.length) parts?.touched.add('faults')
    if (!this.faults) return undefined
    for (const kind of wanted) {
      if (++this.chances !== this.taken) continue
      this.faults--
      world.happened.add(where).add(`${where} ${kind}`)
      observed.shows(observed.role, `${where} ${kind} ${this.chances}`)
      return kind
    }
    return undefined
  }
}

function isEnding(event: string): event is Ending {
  return (endings as readonly string[]).includes(event)
}

function act({ act }: Scenario, tab: Tab): void {
  if (act === 'kill') tab.kill()
  else if (act === 'logout') tab.signOut()
  else if (act === 'login') tab.signIn('u2')
  else tab.calls.find(({ outcome }) => !outcome)?.leave()
}
