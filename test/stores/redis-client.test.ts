import { type AddressInfo, createServer, type Socket } from 'node:net'
import { redisStore } from 'authenticated-client/redis'
import { Redis } from 'ioredis'
import { createClient, createClientPool, createSentinel } from 'redis'
import { expect, it, onTestFinished, vi } from 'vitest'
import { macrotask } from '../../src/platform/macrotask'
import { quiet } from '../support/clock'
import { deferred } from '../support/deferred'
import { turns } from './storage-doubles'

it('closes its connection by `disconnect` where node-redis has no `destroy` (4)', async () => {
  const disconnect = vi.fn(async () => {})
  const unsubscribe = redisStore(nodeRedis({ disconnect }), 'my-app').subscribe?.(() => {})
  await quiet()

  unsubscribe?.()

  expect(disconnect).toHaveBeenCalledOnce()
})

it.each([
  ['4', { disconnect: async () => Promise.reject(new Error('The client is closed')) }],
  [
    '5',
    {
      destroy() {
        throw new Error('The client is closed')
      },
      disconnect: async () => expect.fail('deprecated in 5'),
    },
  ],
])('lets go of a connection that node-redis %s has given up already', async (_version, closing) => {
  const unsubscribe = redisStore(nodeRedis(closing), 'my-app').subscribe?.(() => {})
  await quiet()

  expect(unsubscribe).not.toThrow()
  await turns()
})

it('hints once the subscription of node-redis stands: nobody was told what was written just before', async () => {
  const subscribed = deferred<unknown>()
  const listener = vi.fn()
  redisStore(nodeRedis({ subscribe: () => subscribed.promise }), 'my-app').subscribe?.(listener)
  await quiet()
  const before = listener.mock.calls.length

  subscribed.resolve(undefined)
  await quiet()

  expect(listener.mock.calls.length - before).toBe(1)
})

it('leaves no connection of node-redis behind, however soon it is closed', async () => {
  const { port, connections } = await redisOnLoopback()
  const client = createClient({ url: `redis://127.0.0.1:${port}` })
  onTestFinished(() => client.destroy())
  await client.connect()
  const closers = Array.from({ length: 4 }, (_, n) => redisStore(client, `${n}`).subscribe?.(() => {}))

  for (const close of closers) {
    close?.()
    await macrotask() // Each at another moment of its making.
  }

  await expect.poll(() => connections.made).toBe(5)
  await expect.poll(() => connections.open).toBe(1)
})

it.each(['ready', 'error'])('closes a connection that node-redis is making again at its next %s', async (event) => {
  const destroy = vi.fn()
  const listeners: Record<string, () => void> = {}
  const on = (name: string, listener: () => void): void => {
    listeners[name] = listener
  }
  const unsubscribe = redisStore(nodeRedis({ on, destroy, isReady: false }), 'my-app').subscribe?.(() => {})
  await quiet()

  unsubscribe?.()
  expect(destroy).not.toHaveBeenCalled()
  listeners[event]?.()

  expect(destroy).toHaveBeenCalledOnce()
})

it.each([
  ['pool', () => createClientPool()],
  ['sentinel', () => createSentinel({ name: 'main', sentinelRootNodes: [{ host: '127.0.0.1', port: 1 }] })],
])('takes a %s of node-redis, which can not hear, only with hints: false', (_, create) => {
  expect(() => redisStore(create(), 'my-app')).toThrow(/no duplicate\(\).*pass `\{ hints: false \}`/)
  expect(redisStore(create(), 'my-app', { hints: false })).not.toHaveProperty('subscribe')
})

it.each([undefined, {}, { eval() {} }, { eval() {}, evalsha() {}, duplicate() {} }])('refuses what is no client: %j', (client) => {
  expect(() => redisStore(client as never, 'my-app', { hints: false })).toThrow(/must be a client/)
})

it.each([{ defineCommand() {} }, { evalSha: async () => null }])(
  'shows no arguments in an error that a client throws, be it at once or later (%#)',
  async (kind) => {
    const error = new Error("unknown command 'eval', with args beginning with: 'access-1'")
    for (const fail of [() => Promise.reject(error), () => expect.fail(error.message)]) {
      const store = redisStore({ ...kind, eval: fail, duplicate() {} } as never, 'my-app')

      await expect(store.read()).rejects.toMatchObject({ code: 'ERR_STORAGE', cause: { message: "unknown command 'eval'" } })
    }
  },
)

it('writes, and has its lock, where ioredis gives numbers as strings', async () => {
  const evaluate = async (script: string): Promise<string | null> => (script.startsWith('return') ? null : '1')
  const store = redisStore({ eval: evaluate, defineCommand() {}, duplicate() {} }, 'my-app')

  expect(await store.write({ accessToken: 'a' }, null)).toBe(true)
  expect(await store.lock?.hold('refresh', async () => 'held', { waitTimeout: 1_000 })).toBe('held')
})

it.each([{ enableOfflineQueue: true }, { enableOfflineQueue: false }, { enableOfflineQueue: false, lazyConnect: true }])(
  'hears what others write by ioredis with %j',
  async (options) => {
    const { port, publish } = await redisOnLoopback()
    const client = new Redis({ ...options, port })
    client.on('error', () => {})
    let hint = deferred()
    const unsubscribe = redisStore(client, 'my-app').subscribe?.(() => hint.resolve())
    onTestFinished(() => {
      unsubscribe?.()
      client.disconnect()
    })
    await hint.promise // It is connected.
    hint = deferred()

    publish('{my-app}:hint', 'another')

    await expect(hint.promise).resolves.toBeUndefined()
  },
)

/** A client of node-redis whose own connections close as they are told here. */
function nodeRedis(closing: object) {
  const nothing = async (): Promise<unknown> => null
  return { eval: nothing, evalSha: nothing, duplicate: () => ({ on() {}, connect: nothing, subscribe: nothing, ...closing }) }
}

/** A server that says what Redis says to a subscriber, gone when the test is. */
async function redisOnLoopback() {
  const subscribers = new Map<Socket, string>()
  const connections = { made: 0, open: 0 }
  const bulk = (...texts: string[]): string => texts.map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`).join('')
  const server = createServer((socket) => {
    connections.made++
    connections.open++
    socket.on('close', () => connections.open--)
    socket.on('error', () => {})
    socket.on('data', (data) => {
      for (const command of String(data).split(/(?=\*\d+\r\n)/)) {
        const [name, channel = ''] = command.split('\r\n').filter((_, line) => line > 0 && line % 2 === 0)
        if (name === 'info') socket.write(bulk('loading:0\r\n'))
        else if (name === 'subscribe') {
          subscribers.set(socket, channel)
          socket.write(`*3\r\n${bulk('subscribe', channel)}:1\r\n`)
        } else socket.write('+OK\r\n')
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    publish(channel: string, message: string) {
      for (const [socket, heard] of subscribers) if (heard === channel) socket.write(`*3\r\n${bulk('message', channel, message)}`)
    },
  }
}
