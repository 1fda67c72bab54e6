import { expect, it, onTestFinished } from 'vitest'
import { behaviours, runBehaviours } from './behaviours'
import { startServer } from './server'

it('every portable behaviour holds in this Node, from the sources', async () => {
  const server = await startServer()
  onTestFinished(server.close)

  const { passed, failed } = await runBehaviours({ origin: server.origin, otherOrigin: server.origin.replace('127.0.0.1', 'localhost') })

  expect(failed).toEqual([])
  expect(passed).toEqual(Object.keys(behaviours))
})
