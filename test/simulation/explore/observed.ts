import type { Story } from '../story'

/**
 * Which state a world is in, as far as it can matter: what each tab has been shown so far, in its order, and what all share.
 * The product is deterministic in what it is shown; so two orders of events that showed each tab the same, and left the same store,
 * lock and servers, go on alike, and one of them is enough.
 */
export class Observed {
  private readonly seen = new Map<string, string>()
  private answers = new Map<string, string>()
  private readonly children = new Map<string, number>()
  /** The event that is running; '' before the first. */
  running = ''

  /** The name of an event that the running one has brought about: the same in every order. */
  nameOfNext(): string {
    const count = this.children.get(this.running) ?? 0
    this.children.set(this.running, count + 1)
    return mix(this.running, String(count))
  }

  begins(event: string, owner: string | undefined): void {
    this.running = event
    if (owner) this.shows(owner, event)
  }

  shows(who: string, what: string): void {
    this.seen.set(who, mix(this.seen.get(who) ?? '', what))
  }

  /** What a server has said, on its way. */
  says(what: string): void {
    this.answers.set(this.running, mix(this.answers.get(this.running) ?? '', what))
  }

  /** Its tabs and answers, whatever order they came in. */
  state(shared: string): string {
    return mix([...this.seen, ...this.answers].map(String).sort().join(), shared)
  }

  /** Hears what the parts of a world tell, and passes it on. */
  hearing(story: Story): Story {
    return {
      tell: (who, what) => {
        if (who === 'server') this.says(what)
        else this.shows(who, what)
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
