import { redisStore } from 'authenticated-client/redis'
import { expect, it, vi } from 'vitest'
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

/** A client of node-redis whose own connections close as they are told here. */
function nodeRedis(closing: object) {
  const nothing = async (): Promise<unknown> => null
  return { eval: nothing, evalSha: nothing, duplicate: () => ({ on() {}, connect: nothing, subscribe: nothing, ...closing }) }
}
