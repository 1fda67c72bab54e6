import type { EventKind } from '../scheduler'
import type { Violation } from '../world'
import { allParts, type Part, sharedParts, tabParts } from './shared-parts'
import type { Done, Event, Step } from './small-world'
import { checksAt, type SharedState, type State, type States, type TabState } from './states'

type Changes = readonly (readonly [part: number, value: number])[]

/** What a step has done, wherever all that it looks at is the same. */
export interface Effect {
  /** How many chances it had for the fault. */
  readonly chances: number
  readonly violation: Violation | undefined
  /** The time after it. */
  readonly now: number
  readonly seen: number
  readonly gone: ReadonlySet<string>
  readonly come: readonly Event[]
  /** What it has brought about in the other tab. */
  readonly outside: readonly EventKind[]
  readonly shared: Changes
  readonly own: Changes
  readonly other: Changes
  /** What was there before, by its number, and what is there after it. */
  readonly ownAfter: Map<number, TabState>
  readonly otherAfter: Map<number, TabState>
  readonly sharedAfter: Map<number, SharedState>
}

/** One step of a tab that was shown the same: by what it looks at, and what it finds there. */
export type Lesson = Map<number, Map<number, Effect>>

/**
 * The steps that the product was seen to take. What a step does depends on what its tab has been shown, on the event, on the time,
 * and on those shared parts that it looks at: so each is executed once for each of these, and then known wherever they are met again.
 */
export class Learned {
  size = 0
  private readonly found = new Map<string, number>()

  constructor(private readonly states: States) {}

  /** `undefined`: nobody has seen it yet. */
  effectOf({ tabs, shared }: State, { tab, event, fault, now }: Step): Effect | undefined {
    const own = tabs[tab]!
    const lesson = own.lessons.get(fault ? `${event} ${fault}` : event)
    if (!lesson) return undefined
    for (const [mask, effects] of lesson) {
      const effect = effects.get(this.looksOf(own, tabs[1 - tab]!, shared, now, mask))
      if (effect) return effect
    }
    return undefined
  }

  /** @throws where it has changed what it was not seen to touch: then nothing could rely on it. */
  learn(before: State, after: State, { tab, event, fault, now }: Step, { touched, chances, violations }: Done): Effect {
    const [own, ownAfter] = [before.tabs[tab]!, after.tabs[tab]!]
    const [other, otherAfter] = [before.tabs[1 - tab]!, after.tabs[1 - tab]!]
    const mask = maskOf(touched)
    const tabMask = mask >> sharedParts.length
    const had = namesOf(own.events)
    const has = namesOf(ownAfter.events)
    const outside = otherAfter.events.filter(({ name }) => !namesOf(other.events).has(name)).map(({ kind }) => kind)
    if (otherAfter.seen !== other.seen || otherAfter.fromOutside !== other.fromOutside + outside.length)
      throw new Error(`A step of one tab was shown to the other: ${event}`)
    const effect: Effect = {
      chances,
      violation: violations[0],
      now: after.shared.now,
      seen: ownAfter.seen,
      gone: new Set([...had].filter((name) => !has.has(name))),
      come: ownAfter.events.filter(({ name }) => !had.has(name)),
      outside,
      shared: changes(before.shared.parts, after.shared.parts, mask, sharedParts),
      own: changes(own.parts, ownAfter.parts, tabMask | (1 << checksAt), tabParts),
      other: changes(other.parts, otherAfter.parts, tabMask, tabParts),
      ownAfter: new Map(),
      otherAfter: new Map(),
      sharedAfter: new Map(),
    }
    const name = fault ? `${event} ${fault}` : event
    const lesson: Lesson = own.lessons.get(name) ?? new Map()
    own.lessons.set(name, lesson)
    const effects = lesson.get(mask) ?? new Map<number, Effect>()
    lesson.set(mask, effects.set(this.looksOf(own, other, before.shared, now, mask), effect))
    this.size++
    return effect
  }

  apply({ tabs, shared }: State, { tab }: Step, effect: Effect): State {
    const own = tabs[tab]!
    const other = tabs[1 - tab]!
    const ownAfter = effect.ownAfter.get(own.id) ?? this.ownAfter(own, effect)
    const otherAfter =
      effect.other.length || effect.outside.length ? (effect.otherAfter.get(other.id) ?? this.otherAfter(other, effect)) : other
    const next =
      effect.shared.length || effect.now !== shared.now ? (effect.sharedAfter.get(shared.id) ?? this.sharedAfter(shared, effect)) : shared
    return { tabs: tab === 0 ? [ownAfter, otherAfter] : [otherAfter, ownAfter], shared: next }
  }

  private ownAfter(own: TabState, effect: Effect): TabState {
    const { states } = this
    const parts = changed(own.parts, effect.own)
    const left = own.events.filter(({ name }) => !effect.gone.has(name))
    const alive = states.tab(effect.seen, own.fromOutside, [...left, ...effect.come], parts)
    // Nothing happens to the dead any more, except what a server was asked before.
    const after = alive.isDead
      ? states.tab(
          effect.seen,
          0,
          alive.events.filter(({ isOwn }) => !isOwn),
          parts,
        )
      : alive
    effect.ownAfter.set(own.id, after)
    return after
  }

  private otherAfter(other: TabState, { outside, other: to, otherAfter }: Effect): TabState {
    const kinds = other.isDead ? [] : outside
    const come = kinds.map((kind, index) => ({ name: `${kind} ${other.fromOutside + index}`, kind, at: 0, isOwn: true }))
    const after = this.states.tab(other.seen, other.fromOutside + kinds.length, [...other.events, ...come], changed(other.parts, to))
    otherAfter.set(other.id, after)
    return after
  }

  private sharedAfter(shared: SharedState, effect: Effect): SharedState {
    const after = this.states.shared(effect.now, changed(shared.parts, effect.shared))
    effect.sharedAfter.set(shared.id, after)
    return after
  }

  /** What a step looks at: always the time, what the checks know of its tab, and whether anybody else is there. */
  private looksOf(own: TabState, other: TabState, shared: SharedState, now: number, mask: number): number {
    const tabMask = mask >> sharedParts.length
    const ofOwn = this.looked(own.looks, own.parts, tabMask | (1 << checksAt), 0)
    const ofOther = this.looked(other.looks, other.parts, tabMask, other.isDead ? 1 : 2)
    // A timer may set the time on.
    const ofShared = this.looked(shared.looks, shared.parts, mask & ((1 << sharedParts.length) - 1), now)
    return (ofOwn * 2 ** 17 + ofOther) * 2 ** 17 + ofShared
  }

  private looked(looks: Map<number, number>, parts: readonly number[], mask: number, beside: number): number {
    const known = looks.get(beside * 32 + mask)
    if (known !== undefined) return known
    const text = `${beside} ${parts.map((number, index) => (mask & (1 << index) ? number : '')).join(' ')}`
    const number = this.found.get(text) ?? this.found.size
    if (number >= 2 ** 17) throw new RangeError('More than there are numbers for')
    this.found.set(text, number)
    looks.set(beside * 32 + mask, number)
    return number
  }
}

function maskOf(parts: Iterable<Part>): number {
  let mask = 0
  for (const part of parts) mask |= 1 << allParts.indexOf(part)
  return mask
}

function namesOf(events: readonly Event[]): ReadonlySet<string> {
  return new Set(events.map(({ name }) => name))
}

function changes(before: readonly number[], after: readonly number[], mask: number, names: readonly string[]): Changes {
  return names.flatMap((name, index) => {
    if (mask & (1 << index)) return [[index, after[index]!] as const]
    if (before[index] !== after[index]) throw new Error(`A step has changed what it did not touch: ${name}`)
    return []
  })
}

function changed(parts: readonly number[], to: Changes): readonly number[] {
  if (to.every(([part, value]) => parts[part] === value)) return parts
  const next = [...parts]
  for (const [part, value] of to) next[part] = value
  return next
}
