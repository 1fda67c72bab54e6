import { type AddressInfo, createServer, type Socket } from 'node:net'
import { redisStore } from 'authenticated-client/redis'
import { Redis } from 'ioredis'
import { expect, it, onTestFinished, vi } from 'vitest'
import { quiet } from '../support/clock'
import { deferred } from './deferred'
import { turns } from './storage-doubles'

it('closes its connection by `disconnect` where node-redis has no `destroy` (4)', async () => {
  const disconnect = vi.fn(async () => {})
  const unsubscribe = redisStore(nodeRedis({ disconnect }), 'my-app').subscribe?.(() => {})

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

  expect(unsubscribe).not.toThrow()
  await turns()
})

it('hints when the subscription of node-redis stands: what was written just before, nobody was told', async () => {
  const subscribed = deferred<unknown>()
  const listener = vi.fn()
  redisStore(nodeRedis({ subscribe: () => subscribed.promise }), 'my-app').subscribe?.(listener)
  await quiet()
  const before = listener.mock.calls.length

  subscribed.resolve(undefined)
  await quiet()

  expect(listener.mock.calls.length - before).toBe(1)
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
  const bulk = (...texts: string[]): string => texts.map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`).join('')
  const server = createServer((socket) => {
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
    publish(channel: string, message: string) {
      for (const [socket, heard] of subscribers) if (heard === channel) socket.write(`*3\r\n${bulk('message', channel, message)}`)
    },
  }
}
