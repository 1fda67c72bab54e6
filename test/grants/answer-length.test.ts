import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { deferred } from '../support/deferred'
import { recordingFetch, rejection } from './grant-context'
import { loopback } from './loopback'
import { refresh, usable } from './refresh'

const limit = 65_536

describe('the length of an answer', () => {
  const padded = (length: number): string => JSON.stringify({ access_token: 'access-2' }).padEnd(length)

  it('is 64 KiB at most, and not a byte more is read (F25)', async () => {
    const exact = await loopback((_, response) => response.end(padded(limit)))
    const over = await loopback((_, response) => response.end(padded(limit + 1)))

    expect(await refresh(exact)).toMatchObject({ accessToken: 'access-2' })
    expect(await rejection(refresh(over))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: true })
  })

  it('is counted in bytes, not in characters (F25)', async () => {
    const body = JSON.stringify({ access_token: 'access-2', scope: 'ß'.repeat(limit / 2) })
    const server = await loopback((_, response) => response.end(body))

    expect(await rejection(refresh(server))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: true })
  })

  it('is limited: the client hangs up on an answer without an end (F25)', async () => {
    const hungUp = deferred()
    const server = await loopback((_, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(limit))) {}
        response.once('drain', more)
      }
      more()
      response.once('close', hungUp.resolve)
    })

    expect(await rejection(refresh(server))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: true })
    await hungUp.promise
  })

  it('is counted after decompression, so that a gzip bomb does no harm (F25)', async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
    const server = await loopback((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb))
    const before = process.memoryUsage().rss

    const error = await rejection(refresh(server))

    expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: true })
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
  })

  it('does not matter to a character that arrives in two halves: it is decoded', async () => {
    const bytes = Buffer.from(JSON.stringify({ access_token: 'access-2', scope: 'größe' }))
    const half = bytes.indexOf(0xc3) + 1
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes.subarray(0, half))
        controller.enqueue(bytes.subarray(half))
        controller.close()
      },
    })
    const { fetch } = recordingFetch(() => new Response(body))

    expect(await refresh({ tokenEndpoint: 'https://login.example.com/token' }, fetch)).toMatchObject({ scope: 'größe' })
  })

  it('is checked once the whole body is here, where the platform has no streams', async () => {
    const answer = (text: string) => (): Response => Object.defineProperty(new Response(text), 'body', { value: undefined })
    const { fetch } = recordingFetch(answer(`\uFEFF${usable}`), answer(padded(limit + 1)))
    const endpoint = { tokenEndpoint: 'https://login.example.com/token' }

    expect(await refresh(endpoint, fetch)).toMatchObject({ accessToken: 'access-2' })
    expect(await rejection(refresh(endpoint, fetch))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: true })
  })
})
