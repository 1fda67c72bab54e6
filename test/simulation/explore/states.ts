import type { Lesson } from './learned'
import { sharedParts, tabParts } from './shared-parts'
import type { Event, View } from './small-world'

/** A tab of a small world. */
export interface TabState {
  readonly id: number
  readonly seen: number
  readonly fromOutside: number
  readonly events: readonly Event[]
  /** In the order of `tabParts`. */
  readonly parts: readonly number[]
  readonly isDead: boolean
  /** Whether all its calls have settled. */
  readonly isIdle: boolean
  /** It stands in a queue behind the other one. */
  readonly waits: boolean
  /** What it has been seen to do next. */
  readonly lessons: Map<string, Lesson>
  /** By what a step looks at of it. */
  readonly looks: Map<number, number>
}

/** What the tabs of a small world share. */
export interface SharedState {
  readonly id: number
  readonly now: number
  /** In the order of `sharedParts`. */
  readonly parts: readonly number[]
  /** How many faults may still happen. */
  readonly faults: number
  readonly retryAt: number
  readonly looks: Map<number, number>
}

export interface State {
  readonly tabs: readonly [TabState, TabState]
  readonly shared: SharedState
}

export const checksAt = tabParts.indexOf('checks')
const lockAt = tabParts.indexOf('lock')
const [faultsAt, retryAtAt] = [sharedParts.indexOf('faults'), sharedParts.indexOf('retryAt')]

/** Every text, tab and shared part that was met, once: states are made of these, and there are millions. */
export class States {
  private readonly numbers = new Map<string, number>()
  private readonly texts: string[] = []
  private readonly eventLists = new Map<string, readonly Event[]>()
  private readonly lessons = new Map<string, Map<string, Lesson>>()
  private readonly tabs = new Map<string, TabState>()
  private readonly shareds = new Map<string, SharedState>()

  of({ now, shared, tabs: [one, other] }: View): State {
    const numbers = shared.map((text) => this.number(text))
    return { tabs: [this.viewed(one!), this.viewed(other!)], shared: this.shared(now, numbers) }
  }

  number(text: string): number {
    const known = this.numbers.get(text)
    if (known !== undefined) return known
    this.numbers.set(text, this.texts.length)
    return this.texts.push(text) - 1
  }

  tab(seen: number, fromOutside: number, events: readonly Event[], parts: readonly number[]): TabState {
    const list = this.list(events)
    const key = `${seen} ${fromOutside} ${this.number(textOf(list))} ${parts.join(' ')}`
    const known = this.tabs.get(key)
    if (known) return known
    const [isDead = false, isIdle = false] = this.parsed(parts[checksAt]!) as boolean[]
    const waits = (this.parsed(parts[lockAt]!) as [string, number[]][]).some(([, places]) => places.some((place) => place > 0))
    // A tab is not shown how far a server has come with what it was asked; but what waits for the tab depends on that.
    const doing = `${seen} ${textOf(list.filter(({ kind }) => kind !== 'grant' && kind !== 'hint'))}`
    const lessons = this.lessons.get(doing) ?? new Map<string, Lesson>()
    this.lessons.set(doing, lessons)
    const looks = new Map<number, number>()
    const tab: TabState = { id: this.tabs.size, seen, fromOutside, events: list, parts, isDead, isIdle, waits, lessons, looks }
    this.tabs.set(key, tab)
    return tab
  }

  shared(now: number, parts: readonly number[]): SharedState {
    const key = `${now} ${parts.join(' ')}`
    const known = this.shareds.get(key)
    if (known) return known
    const [faults = 0] = this.parsed(parts[faultsAt]!) as number[]
    const retryAt = Number(this.texts[parts[retryAtAt]!])
    const shared: SharedState = { id: this.shareds.size, now, parts, faults, retryAt, looks: new Map() }
    this.shareds.set(key, shared)
    return shared
  }

  /** For whoever looks for a mistake. */
  differences(one: State, other: State): string {
    const described = ({ tabs, shared }: State): string[] =>
      [String(shared.now), ...shared.parts.map((number) => this.texts[number]!)].concat(
        ...tabs.map(({ seen, fromOutside, events, parts }) => [
          this.texts[seen]!,
          `${fromOutside} from outside`,
          textOf(events),
          ...parts.map((number) => this.texts[number]!),
        ]),
      )
    const theirs = described(other)
    return described(one)
      .flatMap((text, index) => (text === theirs[index] ? [] : [`${text} <> ${theirs[index]}`]))
      .join('; ')
  }

  private viewed({ seen, fromOutside, events, parts }: View['tabs'][number]): TabState {
    const numbers = parts.map((text) => this.number(text))
    return this.tab(this.number(seen), fromOutside, events, numbers)
  }

  private list(events: readonly Event[]): readonly Event[] {
    const sorted = [...events].sort((one, other) => (one.name < other.name ? -1 : 1))
    const text = textOf(sorted)
    const known = this.eventLists.get(text) ?? sorted
    this.eventLists.set(text, known)
    return known
  }

  private parsed(number: number): unknown {
    return JSON.parse(this.texts[number]!)
  }
}

function textOf(events: readonly Event[]): string {
  return events.map(({ name, kind, at, isOwn }) => `${name} ${kind} ${at} ${isOwn}`).join()
}
