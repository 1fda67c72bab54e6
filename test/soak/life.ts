import { setImmediate as turn } from 'node:timers/promises'
import { AuthenticatedClient, memoryStore } from 'authenticated-client'

// One life: calls in waves of twenty until all are done; tells its parent how much is on the heap.
const [, , who, origin = '', count = '0'] = process.argv
const calls = Number(count)
const began = Date.now()
const client = new AuthenticatedClient({
  tokenEndpoint: `${origin}/token`,
  clientId: 'web',
  store: memoryStore({ accessToken: 'access-0', refreshToken: 'refresh-0' }),
  refreshBudget: false,
})
const send = who === 'bare' ? fetch : client.fetch

let early = 0
for (let done = 0; done < calls; done += 20) {
  await Promise.all(Array.from({ length: 20 }, one))
  if (done <= calls / 10 && done + 20 > calls / 10) early = await heap()
  if (done % 50_000 === 0) console.log(`… ${who}: ${done} of ${calls} calls, ${Math.round((Date.now() - began) / 1000)} s`)
}
process.send?.({ early, late: await heap(), seconds: Math.round((Date.now() - began) / 1000) })
process.disconnect()
// Undici keeps its connections for a while.
process.exit(0)

async function one(): Promise<void> {
  const response = await send(`${origin}/me`)
  if (response.status !== 200) throw new Error(`A call ended with ${response.status}`)
  await response.text()
}

async function heap(): Promise<number> {
  // What a finalizer frees is collected in a later turn.
  for (let passes = 0; passes < 5; passes++) {
    globalThis.gc?.()
    await turn()
  }
  return process.memoryUsage().heapUsed
}
