/** What happened in a world, in order: to be read by a person, and to be hashed. */
export interface Story {
  tell(who: string, what: string): void
  readonly hash: number
  read(): string
}

export function createStory(now: () => number): Story {
  const lines: { readonly at: number; readonly who: string; readonly what: string }[] = []
  let hash = 0x811c9dc5
  const mix = (text: string): void => {
    for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return {
    tell(who, what) {
      lines.push({ at: now(), who, what })
      hash = Math.imul(hash ^ now(), 0x01000193)
      mix(who)
      mix(what)
    },
    get hash() {
      return hash >>> 0
    },
    read: () => lines.map(({ at, who, what }) => `${(at / 1000).toFixed(3).padStart(9)} s  ${who.padEnd(8)} ${what}`).join('\n'),
  }
}
