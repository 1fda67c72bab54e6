import { setImmediate as turn } from 'node:timers/promises'
import { bareFetch } from './contestants/bare-fetch.ts'
import { ours } from './contestants/ours.ts'
import { theInterceptor } from './contestants/the-interceptor.ts'
import { garbageCollector } from './rounds.ts'
import { stub } from './stub.ts'

// One life: calls in waves of twenty, every hundredth of them refused; tells its parent what is on the heap a tenth of the way, and at the end.
const [, , who = '', count = '0'] = process.argv
const calls = Number(count)
const contestant = [bareFetch, theInterceptor, ours].find(({ name }) => name === who)
if (!contestant) throw new Error(`Nobody is called ${who}`)
const app = contestant.start(stub({ uses: 100 }))
const collect = garbageCollector()

let early = 0
for (let done = 0; done < calls; done += 20) {
  await app.get() // Alone: bare fetch shares no refresh.
  await Promise.all(Array.from({ length: 19 }, () => app.get()))
  if (done <= calls / 10 && done + 20 > calls / 10) early = await heap()
  if (done % 1_000 === 0) await turn()
}
process.send?.(((await heap()) - early) as number)
process.disconnect()

async function heap(): Promise<number> {
  // What a finalizer frees is collected in a later turn.
  for (let passes = 0; passes < 5; passes++) {
    collect()
    await turn()
  }
  return process.memoryUsage().heapUsed
}
