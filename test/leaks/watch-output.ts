import type { Scanner } from './scanner.ts'

const methods = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'] as const

/** Shows the scanner every word that a console is given. */
export function watchConsole(scanner: Scanner, target: Partial<Console>): void {
  for (const name of methods) {
    const own = target[name]?.bind(target) as ((...words: unknown[]) => void) | undefined
    target[name] = (...words: unknown[]) => {
      for (const word of words) scanner.look(`console.${name}`, word)
      own?.(...words)
    }
  }
}

/** Shows the scanner everything that is written to a stream of the process. */
export function watchStream(scanner: Scanner, name: string, stream: { write: (...given: never[]) => boolean }): void {
  const own = stream.write.bind(stream) as (...given: unknown[]) => boolean
  stream.write = (...given: unknown[]) => {
    scanner.look(name, String(given[0]))
    return own(...given)
  }
}
