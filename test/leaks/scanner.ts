import { inspect } from 'node:util'

const shortest = 6

/** Knows every secret that a test run has brought into play, and whatever may end up in a log is shown to it. */
export class Scanner {
  readonly #secrets = new Set<string>()
  readonly #hits: string[] = []

  /** Everything of a token set, a token response or a form that lets its bearer in. Short ones are found by chance anywhere. */
  learn(fields: unknown): void {
    for (const [name, value] of Object.entries(Object(fields))) {
      if (typeof value === 'string' && value.length >= shortest && isSecret.test(name) && !value.startsWith('[object'))
        this.#secrets.add(value)
    }
  }

  knows(secret: string): boolean {
    return this.#secrets.has(secret)
  }

  /** Looks for them in all the ways in which a value may be written out. */
  look(where: string, value: unknown): void {
    if (this.#secrets.size === 0) return
    const text = typeof value === 'string' ? value : isFlat(value) ? JSON.stringify(value) : views(value).join('\n')
    for (const secret of this.#secrets) {
      const at = text.indexOf(secret)
      if (at >= 0 && !isWord(text, at, secret.length)) this.#hits.push(`${where}: …${text.slice(Math.max(0, at - 80), at + 40)}`)
    }
  }

  /** What was found since the last time. The secrets are forgotten: another test may use one as a harmless name. */
  take(): readonly string[] {
    this.#secrets.clear()
    return this.#hits.splice(0)
  }
}

const isSecret = /^(access_?token|refresh_?token|id_?token|client_secret|client_assertion|assertion|password)$/i

/** Part of a longer word: `access-1` isn't in `access-17`. */
function isWord(text: string, at: number, length: number): boolean {
  return /[\w]/.test(text.charAt(at + length)) || /[\w]/.test(text.charAt(at - 1))
}

/** Nothing inside that JSON would leave out: most events are so, and `inspect` takes a hundred times as long. */
function isFlat(value: unknown, depth = 0): boolean {
  if (value === null || typeof value !== 'object')
    return typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint'
  const prototype = Object.getPrototypeOf(value)
  const isPlain = prototype === Object.prototype || prototype === Array.prototype
  return (
    isPlain && depth < 4 && Reflect.ownKeys(value).every((key) => typeof key === 'string' && isFlat(Reflect.get(value, key), depth + 1))
  )
}

function views(value: unknown, depth = 0): readonly string[] {
  if (depth > 4 || value === null || value === undefined) return []
  const shown = [inspect(value, { depth: 6, showHidden: true })]
  try {
    shown.push(String(value), JSON.stringify(value) ?? '')
  } catch {
    // A cycle, or no prototype: `inspect` has shown it.
  }
  if (value instanceof Error) shown.push(value.message, value.stack ?? '', ...views(value.cause, depth + 1))
  return shown
}
