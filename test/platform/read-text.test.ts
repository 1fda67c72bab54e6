import { describe, expect, it, vi } from 'vitest'
import { readText } from '../../src/platform/read-text.ts'

describe('readText', () => {
  it.each([
    ['€€€€', 12, '€€€€'],
    ['€€€€', 11, undefined],
    ['𝄞é', 6, '𝄞é'],
    ['𝄞é', 5, undefined],
    ['', 0, ''],
    ['', -1, undefined],
  ])('counts the bytes of %j the same with streams and without, where %i are allowed', async (text, limit, expected) => {
    const whole: Pick<Response, 'text'> = { text: async () => text }

    expect(await readText(whole as Response, limit)).toBe(expected)
    expect(await readText(new Response(text), limit)).toBe(expected)
  })

  it('cancels what is still to come once its signal says so', async () => {
    const source = vi.fn()
    const enough = new AbortController()
    const reading = readText(new Response(new ReadableStream({ cancel: source })), 12, enough.signal)

    enough.abort()
    await reading

    expect(source).toHaveBeenCalledOnce()
  })
})
