import { readdirSync } from 'node:fs'
import { afterEach, describe, it, vi } from 'vitest'
import { defaultLock } from '../../src/stores/default-lock'
import { localLock } from '../../src/stores/local-lock'
import { machineLock } from '../../src/stores/machine-lock'
import { webLock } from '../../src/stores/web-lock'
import { handClock } from './hand-clock'
import { type LockUnderTest, lockConformance } from './lock-conformance'
import { temporaryFolder } from './temporary-folder'
import { WebLocksDouble } from './web-locks-double'

const locks: Record<string, () => LockUnderTest> = {
  localLock() {
    const clock = handClock()
    return { lock: localLock(clock), passTime: clock.advance, leftBehind: () => clock.sleeping }
  },
  webLock() {
    const [clock, locks] = [handClock(), browserWithLocks()]
    return { lock: webLock(clock), passTime: clock.advance, leftBehind: () => clock.sleeping + locks.size }
  },
  'defaultLock in a browser'() {
    const [clock, locks] = [handClock(), browserWithLocks()]
    return { lock: defaultLock(clock).lock, passTime: clock.advance, leftBehind: () => clock.sleeping + locks.size }
  },
  'defaultLock where Web Locks are refused'() {
    const [clock, locks] = [handClock(), browserWithLocks()]
    locks.refusal = new DOMException('A sandboxed frame', 'SecurityError')
    return { lock: defaultLock(clock).lock, passTime: clock.advance, leftBehind: () => clock.sleeping + locks.size }
  },
  machineLock() {
    const [clock, folder] = [handClock(), temporaryFolder()]
    return { lock: machineLock(folder, clock), passTime: clock.advance, leftBehind: () => clock.sleeping + readdirSync(folder).length }
  },
  'defaultLock without Web Locks'() {
    const clock = handClock()
    return { lock: defaultLock(clock).lock, passTime: clock.advance, leftBehind: () => clock.sleeping }
  },
}

for (const [name, open] of Object.entries(locks)) {
  describe(name, () => {
    afterEach(() => vi.unstubAllGlobals())

    for (const { title, run } of lockConformance) it(title, () => run(open))
  })
}

function browserWithLocks(): WebLocksDouble {
  const locks = new WebLocksDouble()
  vi.stubGlobal('isSecureContext', true)
  vi.stubGlobal('navigator', { locks })
  return locks
}
