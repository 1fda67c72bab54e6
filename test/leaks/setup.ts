import { afterEach, expect } from 'vitest'
import { scanner } from './scanner-of-this-run.ts'
import { watchConsole, watchStream } from './watch-output.ts'

// For every test in Node: nothing that it prints, and nothing that a client tells, shows a secret that was in play.
watchConsole(scanner, console)
watchStream(scanner, 'process.stdout', process.stdout)
watchStream(scanner, 'process.stderr', process.stderr)

afterEach(() => expect(scanner.take(), 'a secret shows').toEqual([]))
