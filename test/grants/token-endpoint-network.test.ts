import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { RefreshUnavailableError } from '../../src/errors/refresh-unavailable-error'
import type { FetchLike } from '../../src/platform/fetch-like'
import { recordingFetch, rejection } from './grant-context'
import { type Loopback, loopback } from './loopback'
import { refresh, usable } from './refresh'

const limit = 65_536

describe('the way to the token endpoint', () => {
  it('brings the tokens home over a real connection', async () => {
    const server = await loopback((_, response) => response.end(usable))

    expect(await refresh(server)).toEqual({ accessToken: 'access-2', refreshToken: 'refresh-2' })
    expect(server.bodies).toEqual(['grant_type=refresh_token&refresh_token=refresh-1&client_id=web'])
  })

  it('takes an answer for the endpoint’s own, however its URL was spelled', async () => {
    const server = await loopback((_, response) => response.end(usable))

    const odd = `${server.origin.replace('http', 'HTTP')}/a/../token?tenant=1`

    expect(await refresh({ tokenEndpoint: odd })).toMatchObject({ accessToken: 'access-2' })
  })

  it('neither takes cookies along nor minds that one is set (F30)', async () => {
    let cookie: string | undefined
    const server = await loopback((request, response) => {
      cookie = request.headers.cookie
      response.setHeader('set-cookie', 'session=1').end(usable)
    })

    await refresh(server)
    await refresh(server)

    expect(cookie).toBeUndefined()
  })

  describe('without a readable answer', () => {
    it('says that the network or CORS may be why a connection was refused, and keeps the cause (F3)', async () => {
      const error = await rejection(refresh({ tokenEndpoint: 'http://127.0.0.1:1/token' }))

      expect(error).toBeInstanceOf(RefreshUnavailableError)
      expect(error).toMatchObject({ message: 'The token endpoint did not answer: network or CORS', answered: false })
      expect((error as Error).cause).toBeInstanceOf(TypeError)
    })

    it('says the same of the bare TypeError that a browser gives for CORS (F24)', async () => {
      const cors = new TypeError('Failed to fetch')
      const { fetch } = recordingFetch(() => Promise.reject(cors))

      const error = await rejection(refresh({ tokenEndpoint: 'https://login.example.com/token' }, fetch))

      expect(error).toMatchObject({ message: 'The token endpoint did not answer: network or CORS', cause: cors, answered: false })
    })

    it('does not know what a server did that hung up after the request (F4, F29)', async () => {
      const server = await loopback((request) => request.socket.destroy())

      const error = await rejection(refresh(server))

      expect(server.bodies).toHaveLength(1) // Presenting it once more is for the caller to decide.
      expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: false })
    })

    it.each([
      ['a promised length', { 'content-length': '1000' }],
      ['chunks', {}],
    ])('does not know what an answer said that broke off within %s (F4)', async (_, headers) => {
      const server = await loopback((request, response) => {
        response.writeHead(200, headers)
        response.write(usable.slice(0, 20), () => request.socket.destroy())
      })

      expect(await rejection(refresh(server))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: false })
    })

    it('gives up on a content-encoding that is a lie (F14)', async () => {
      const server = await loopback((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(usable))

      expect(await rejection(refresh(server))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: false })
    })

    it('knows that an answer arrived whose JSON the server itself cut short (F14)', async () => {
      const server = await loopback((_, response) => response.end(usable.slice(0, 20)))

      expect(await rejection(refresh(server))).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: true })
    })

    it('stops reading a body that drips for ever when the deadline comes (F2)', async () => {
      const { server, closed } = await dripping()
      const deadline = new AbortController()
      const reason = new Error('too late')
      const fetch: FetchLike = async (input, init) => {
        const response = await globalThis.fetch(input, init)
        queueMicrotask(() => deadline.abort(reason)) // The headers are here; the body never will be.
        return response
      }

      const error = await rejection(refresh(server, fetch, deadline.signal))

      expect(error).toMatchObject({ message: 'The token endpoint did not answer in time', cause: reason, answered: false })
      await closed
    })

    it('stops waiting for headers when the deadline comes (F1)', async () => {
      const deadline = new AbortController()
      const server = await loopback(() => deadline.abort())

      const error = await rejection(refresh(server, undefined, deadline.signal))

      expect(error).toMatchObject({ message: 'The token endpoint did not answer in time', answered: false })
      expect((error as Error).cause).toBe(deadline.signal.reason)
    })

    it('sends nothing after the deadline (F1)', async () => {
      const { fetch, sent } = recordingFetch(() => new Response(usable))

      const error = await rejection(refresh({ tokenEndpoint: 'https://login.example.com/token' }, fetch, AbortSignal.abort()))

      expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: false })
      expect(sent).toHaveLength(0)
    })

    it('names the deadline also where the platform rejects with an error of its own, or knows no reason', async () => {
      const foreign = Object.assign(new Error('Fetch is aborted'), { name: 'AbortError' })
      const reasonless = { aborted: false, reason: undefined }
      const { fetch } = recordingFetch(() => {
        reasonless.aborted = true
        throw foreign
      })

      const error = await rejection(refresh({ tokenEndpoint: 'https://login.example.com/token' }, fetch, reasonless as AbortSignal))

      expect(error).toMatchObject({ message: 'The token endpoint did not answer in time', cause: foreign })
    })

    it.each([undefined, null, {}, 'a page', { status: 200 }, { status: 200, headers: new Headers() }])(
      'takes %j from somebody’s fetch for no answer',
      async (nothing) => {
        const fetch = (async () => nothing) as unknown as FetchLike

        const error = await rejection(refresh({ tokenEndpoint: 'https://login.example.com/token' }, fetch))

        expect(error).toMatchObject({ code: 'ERR_REFRESH_UNAVAILABLE', answered: false })
      },
    )
  })

  it.each([429, 500, 503])('does not wait for the body of a %i, and gives its connection back (F2, F5)', async (status) => {
    const { server, closed } = await dripping(status)

    const error = await rejection(refresh(server))

    expect(error).toMatchObject({ message: `The token endpoint answered ${status}`, answered: true })
    await closed
  })

  it('does not wait until a body is cancelled', async () => {
    const stuck = (status: number) => (): Response =>
      new Response(
        new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(limit)), cancel: () => new Promise(() => {}) }),
        {
          status,
        },
      )
    const { fetch } = recordingFetch(stuck(200), stuck(503))
    const endpoint = { tokenEndpoint: 'https://login.example.com/token' }

    expect(await rejection(refresh(endpoint, fetch))).toMatchObject({ answered: true })
    expect(await rejection(refresh(endpoint, fetch))).toMatchObject({ answered: true })
  })
})

/** A server whose body begins and never ends; `closed` when the client has hung up. */
async function dripping(status = 200): Promise<{ server: Loopback; closed: Promise<unknown> }> {
  let hungUp = (_: ServerResponse): void => {}
  const closed = new Promise<ServerResponse>((resolve) => {
    hungUp = resolve
  })
  const server = await loopback((_, response) => {
    response.writeHead(status).write('{"access_token":')
    response.once('close', () => hungUp(response))
  })
  return { server, closed }
}
