import type { EventKind } from '../scheduler'
import type { Story } from '../story'

/**
 * What each tab of a small world has been shown, in its order: as a hash, since it is compared and never read. The product is
 * deterministic in what it is shown; so a tab that was shown the same goes on alike, whatever the others were shown.
 * Nothing here says which of the tabs it is: two that were shown the same are in the same state.
 */
export class Observed {
  readonly seen = ['', '']
  /** Of each tab, how many of its events the other one has brought about. */
  readonly fromOutside = [0, 0]
  private running = ''
  private runningFor = 0
  private children = 0
  private said = ''

  /** The event that runs from now on, and whose it is: what comes until the next one is its doing. */
  begins(event: string, tab: number, isShown: boolean): void {
    this.running = event
    this.runningFor = tab
    this.children = 0
    this.said = ''
    if (isShown) this.shows(tab, event)
  }

  /** Whose event the running one brings about, where it is nobody's: a server's. */
  get role(): number {
    return this.runningFor
  }

  /** The name of an event that the running one brings about: the same in every order. */
  nameOfNext(tab: number, kind: EventKind): string {
    // What the other tab brings about is known by what it is: how that came about is not this tab's to know.
    if (tab !== this.runningFor) return `${kind} ${this.fromOutside[tab]!++}`
    return mix(this.running, `${this.children++}${this.said}`)
  }

  shows(tab: number, what: string): void {
    this.seen[tab] = mix(this.seen[tab]!, what)
  }

  /** Hears what the parts of a world tell, and passes it on. */
  hearing(story: Story, tabOf: (name: string) => number): Story {
    return {
      tell: (who, what) => {
        const tab = tabOf(who)
        // What a server says is on its way, and part of the event that brings it.
        if (who === 'server') this.said += what
        else if (tab >= 0) this.shows(tab, what)
        story.tell(who, what)
      },
      get hash() {
        return story.hash
      },
      read: () => story.read(),
    }
  }
}

/** FNV-1a, twice: 64 bits are enough for millions of states. */
function mix(before: string, what: string): string {
  let one = 0x811c9dc5
  let two = 0x9747b28c
  for (const text of [before, '\0', what])
    for (let index = 0; index < text.length; index++) {
      one = Math.imul(one ^ text.charCodeAt(index), 0x01000193)
      two = Math.imul(two ^ text.charCodeAt(index), 0x5bd1e995) ^ (two >>> 13)
    }
  return `${(one >>> 0).toString(36)}.${(two >>> 0).toString(36)}`
}
