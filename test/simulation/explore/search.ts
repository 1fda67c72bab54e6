import type { Violation } from '../world'
import { type Effect, Learned } from './learned'
import { NumberSet } from './number-set'
import type { Scenario } from './scenarios'
import { endings, type Heard, SmallWorld, type Step } from './small-world'
import { type State, States, type TabState } from './states'

export interface Explored {
  readonly states: number
  /** Steps from one state to another. */
  readonly steps: number
  /** Steps that were executed; the others are known from these. */
  readonly executed: number
  /** Worlds that were made for that. */
  readonly worlds: number
  /** States in which nothing is left to happen. */
  readonly ends: number
  readonly isExhaustive: boolean
  /** What was broken, each kind once, whichever tab it was; no way goes on from there. */
  readonly violations: readonly string[]
  /** Arrows of protocol.md that were taken. */
  readonly arrows: readonly string[]
  /** Of the first violation. */
  readonly story: string | undefined
}

export interface Bounds {
  /** States at most. */
  readonly most: number
  /** Nothing is spared: the two tabs are told apart, and each step is executed, though it be known, and compared with what is known. */
  readonly isPlain?: boolean
}

/** A long search tells how far it is after so many states. */
const stride = 2_000_000

/** A state on the way that is being gone, and what is left to be tried there. */
interface Stand {
  readonly state: State
  /** Its tabs stand the other way round than before the step that led here. */
  readonly isSwapped: boolean
  readonly left: Step[]
  /** The step that is being tried. */
  step?: Step
}

interface Leg {
  readonly step: Step | undefined
  readonly isSwapped: boolean
}

const mostTabs = 2 ** 19
const mostShared = 2 ** 15
const lastTimer = 600_000

/** Every order of events of the scenario, each state once, until all were gone, or `most` states. */
export async function explored(scenario: Scenario, bounds: Bounds): Promise<Explored> {
  Error.stackTraceLimit = 4
  const heard: Heard = { strays: [], arrows: new Set() }
  const onStray = (reason: unknown): void => void heard.strays.push(reason)
  process.on('unhandledRejection', onStray)
  const search = new Search(scenario, bounds, heard)
  try {
    await search.run()
  } finally {
    process.off('unhandledRejection', onStray)
  }
  return search.found()
}

class Search {
  private readonly states = new States()
  private readonly learned = new Learned(this.states)
  private readonly visited = new NumberSet()
  private readonly stands: Stand[] = []
  private readonly totals = { steps: 0, worlds: 0, ends: 0 }
  /** A world that stands where the last step was learned. */
  private live: { readonly world: SmallWorld; readonly legs: Leg[] } | undefined
  private readonly violations = new Set<string>()
  private story: string | undefined
  private isCut = false
  private told = 0

  constructor(
    private readonly scenario: Scenario,
    private readonly bounds: Bounds,
    private readonly heard: Heard,
  ) {}

  async run(): Promise<void> {
    const { stands, bounds, visited, totals } = this
    const start = await SmallWorld.begun(this.scenario, this.heard)
    this.reach(this.states.of(start.view()))
    for (let stand = stands.at(-1); stand; stand = stands.at(-1)) {
      const step = stand.left.pop()
      if (!step) {
        stands.pop()
        continue
      }
      stand.step = step
      const effect = this.known(stand.state, step) ?? (await this.executed(this.way(), stand.state, step))
      if (!step.fault) for (let fault = 1; fault <= effect.chances; fault++) stand.left.push({ ...step, fault })
      totals.steps++
      if (effect.violation) await this.violated(effect.violation, this.way([{ step, isSwapped: false }]))
      else if (this.reach(this.learned.apply(stand.state, step, effect))) await this.end()
      if (visited.size % stride === 0 && visited.size > this.told) {
        this.told = visited.size
        console.error(`… ${this.scenario.name}: ${visited.size / 1e6} million states, ${this.stands.length} steps deep`)
      }
      if (visited.size >= bounds.most) {
        this.isCut = true
        return
      }
    }
  }

  found(): Explored {
    const { visited, totals, learned, isCut, violations, story, heard } = this
    const counts = { states: visited.size, ...totals, executed: learned.size }
    return { ...counts, isExhaustive: !isCut, violations: [...violations].sort(), arrows: [...heard.arrows].sort(), story }
  }

  /** Stands where a step leads, unless it has stood there before. Whether nothing is left to happen there. */
  private reach({ tabs, shared }: State): boolean {
    const isSwapped = !this.bounds.isPlain && tabs[0].id > tabs[1].id
    const [one, other] = isSwapped ? [tabs[1], tabs[0]] : tabs
    if (one.id >= mostTabs || other.id >= mostTabs || shared.id >= mostShared)
      throw new RangeError('More states than there are numbers for')
    if (!this.visited.add(1 + (one.id * mostTabs + other.id) * mostShared + shared.id)) return false
    const state: State = { tabs: [one, other], shared }
    const left = this.stepsFrom(state)
    this.stands.push({ state, isSwapped, left })
    return !left.length
  }

  /** What may come next: a timer fires when nothing else can happen. */
  private stepsFrom({ tabs, shared }: State): Step[] {
    const { scenario } = this
    const able: Step[] = []
    let first = Number.POSITIVE_INFINITY
    for (const [tab, { events }] of tabs.entries())
      for (const { name, kind, at, isOwn } of events) {
        const step: Step = { tab, event: name, fault: 0, now: shared.now }
        if (kind === 'timer') first = Math.min(first, at)
        // A request is at the API before anything else happens, and so is what it says here, unless that is slow.
        else if (kind === 'api' && !(scenario.isApiSlow && isOwn)) return [step, ...this.turns(tabs, shared)]
        else able.push(step)
      }
    if (able.length) return [...able, ...this.turns(tabs, shared)]
    if (first > lastTimer) return []
    const due = (tab: number): Step[] =>
      tabs[tab]!.events.filter(({ at }) => at === first).map(({ name }) => ({
        tab,
        event: name,
        fault: 0,
        now: Math.max(shared.now, first),
      }))
    return [...due(0), ...due(1)]
  }

  /** The one fault that comes from outside. */
  private turns(tabs: readonly TabState[], { faults, now }: State['shared']): Step[] {
    if (!faults || !this.scenario.act) return []
    return tabs.flatMap(({ isDead, isIdle }, tab) => (isDead || isIdle ? [] : [{ tab, event: 'turn', fault: 0, now }]))
  }

  /** Nothing is left to happen: what is wrong then? */
  private async end(): Promise<void> {
    this.totals.ends++
    const legs: Leg[] = []
    let now = this.stands.at(-1)!.state
    const take = async (step: Step): Promise<boolean> => {
      const effect = this.known(now, step) ?? (await this.executed(this.way(legs), now, step))
      legs.push({ step, isSwapped: false })
      if (effect.violation) await this.violated(effect.violation, this.way(legs))
      now = this.learned.apply(now, step, effect)
      return !effect.violation
    }
    const wait = async (until: number): Promise<boolean> => {
      // What one tab's ending brought about in the other, and what its own left behind.
      for (let [step] = this.stepsFrom(now); step && step.now <= until; [step] = this.stepsFrom(now)) if (!(await take(step))) return false
      legs.push({ step: { tab: 0, event: 'waits', fault: 0, now: until }, isSwapped: false })
      now = { tabs: now.tabs, shared: this.states.shared(until, now.shared.parts) }
      return true
    }
    if (!(await wait(Math.max(lastTimer, now.shared.retryAt + 1)))) return
    for (const ending of endings) {
      for (const tab of [0, 1]) if (!now.tabs[tab]!.isDead && !(await take({ tab, event: ending, fault: 0, now: now.shared.now }))) return
      if (ending !== 'leaves' && !(await wait(now.shared.now + 5_000))) return
      const hasTimers = ending === 'still works' && now.tabs.some(({ events }) => events.length)
      if (hasTimers) return this.violated({ invariant: 'I12', what: 'timers run on for nothing' }, this.way(legs))
    }
  }

  private async violated({ invariant, what }: Violation, way: readonly Leg[]): Promise<void> {
    this.violations.add(`${invariant}: ${what}`)
    this.story ??= (await this.gone(way)).world.world.story.read()
  }

  /** How the search has come to where it stands, and then some. */
  private way(legs: readonly Leg[] = []): readonly Leg[] {
    const way: Leg[] = []
    let step: Step | undefined
    for (const stand of this.stands) {
      way.push({ step, isSwapped: stand.isSwapped })
      step = stand.step
    }
    return [...way, ...legs]
  }

  private known(state: State, step: Step): Effect | undefined {
    return this.bounds.isPlain ? undefined : this.learned.effectOf(state, step)
  }

  /** The product takes the step: one that nobody has seen it take, or one that it must take as it did before. */
  private async executed(way: readonly Leg[], before: State, step: Step): Promise<Effect> {
    const { learned, states } = this
    const known = learned.effectOf(before, step)
    const { world, order } = await this.gone(way)
    this.compare(before, turned(states.of(world.view()), order))
    const done = await world.take({ ...step, tab: order[step.tab]! })
    this.live?.legs.push({ step, isSwapped: false })
    const after = turned(states.of(world.view()), order)
    if (!known) return learned.learn(before, after, step, done)
    this.compare(learned.apply(before, step, known), after)
    if (known.violation?.what !== done.violations[0]?.what) throw new Error(`Only sometimes: ${known.violation?.what}`)
    return known
  }

  /** @throws where something matters that no state tells. */
  private compare(predicted: State, found: State): void {
    const isSame = predicted.shared === found.shared && predicted.tabs.every((tab, index) => tab === found.tabs[index])
    if (!isSame) throw new Error(`What was predicted is not what happens: ${this.states.differences(predicted, found)}`)
  }

  /** A world that has gone this way: the last one, where it is on it. */
  private async gone(way: readonly Leg[]): Promise<{ readonly world: SmallWorld; readonly order: readonly [number, number] }> {
    const isOnIt = this.live?.legs.every(({ step }, index) => step === way[index]?.step)
    if (!this.live || !isOnIt) {
      this.live = { world: await SmallWorld.begun(this.scenario, this.heard), legs: [] }
      this.totals.worlds++
    }
    const { world, legs } = this.live
    let order: readonly [number, number] = [0, 1]
    for (const [index, leg] of way.entries()) {
      if (index >= legs.length) {
        if (leg.step) await world.take({ ...leg.step, tab: order[leg.step.tab]! })
        legs.push(leg)
      }
      if (leg.isSwapped) order = [order[1], order[0]]
    }
    return { world, order }
  }
}

function turned({ tabs, shared }: State, [one, other]: readonly [number, number]): State {
  return { tabs: [tabs[one]!, tabs[other]!], shared }
}
