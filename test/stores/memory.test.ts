import { expect, it } from 'vitest'
import { memoryStore } from '../../src/stores/memory'
import { expectQuietProcess } from '../support/quiet-process'
import { pair } from './conformance'

expectQuietProcess()

it('answers a read synchronously, with the very object', () => {
  const initial = Object.freeze(pair(1))

  expect(memoryStore(initial).read()).toBe(initial)
  expect(memoryStore().read()).toBeNull()
  expect(memoryStore(null).read()).toBeNull()
})

it('answers a write synchronously, so that nothing can come between', () => {
  const store = memoryStore(pair(1))

  expect(store.write(pair(2), pair(1))).toBe(true)
  expect(store.write(pair(3), pair(1))).toBe(false)
})

it('shares nothing with another store: one per session on a server (A40)', () => {
  const [one, other] = [memoryStore(pair(1)), memoryStore()]

  expect(other.read()).toBeNull()
  expect(other.lock).not.toBe(one.lock)
  expect(one.coordination).toBe('client')
})

it('takes a write, and the process goes on, whatever a listener throws, at once or later', () => {
  const store = memoryStore(pair(1))
  store.subscribe?.(() => {
    throw new Error('at once')
  })
  store.subscribe?.(async () => {
    throw new Error('later')
  })

  expect(store.write(pair(2), pair(1))).toBe(true)
})

it('calls no listener that another one has stopped meanwhile', () => {
  const store = memoryStore(pair(1))
  let isCalled = false
  store.subscribe?.(() => stop?.())
  const stop = store.subscribe?.(() => {
    isCalled = true
  })

  store.write(pair(2), pair(1))

  expect(isCalled).toBe(false)
})
