import { describeEvent } from './describe-event'
import type { Note } from './note'
import type { Line, Told } from './told'

const pause = 80 // In milliseconds: what comes after such a silence is a line of its own.

/** Puts notes into words. What fifty parallel calls have in common becomes one line with `× 50`. */
export class Narrator {
  readonly #tell: (told: Told) => void
  readonly #folded = new Map<string, Line>()
  #silence: NodeJS.Timeout | undefined

  constructor(tell: (told: Told) => void) {
    this.#tell = tell
  }

  hear(note: Note): void {
    if (note.type === 'client-event') {
      const described = describeEvent(note.event)
      if (described) this.#fold({ ...described, type: 'line', at: note.at, who: note.client, times: 1 })
    } else {
      this.#flush()
      this.#tell(note.type === 'said' ? { type: 'line', at: note.at, who: '', tone: 'story', text: note.text, times: 1 } : note)
    }
  }

  #fold(line: Line): void {
    const same = `${line.who} ${line.tone} ${line.text}`
    const earlier = this.#folded.get(same)
    this.#folded.set(same, earlier ? { ...earlier, times: earlier.times + 1 } : line)

    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => this.#flush(), pause)
  }

  #flush(): void {
    clearTimeout(this.#silence)
    for (const line of this.#folded.values()) this.#tell(line)
    this.#folded.clear()
  }
}
