import { afterEach, beforeEach, expect, vi } from 'vitest'
import { quiet } from './clock.ts'

/** For a whole file: no test of it may leave an unhandled rejection, nor a word on the console. */
export function expectQuietProcess(): void {
  const noise: unknown[] = []
  const note = (reason: unknown): void => void noise.push(reason)

  beforeEach(() => {
    noise.length = 0
    process.on('unhandledRejection', note)
    for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
      vi.spyOn(console, method).mockImplementation((...words: unknown[]) => void noise.push([`console.${method}`, ...words]))
    }
  })

  afterEach(async () => {
    await quiet()
    process.off('unhandledRejection', note)
    vi.restoreAllMocks()
    expect(noise).toEqual([])
  })
}
