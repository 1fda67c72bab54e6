import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { webStorageStore } from '../../src/stores/web-storage'
import { pair } from './conformance'
import { storageDouble } from './storage-doubles'

const key = 'authenticated-client.my-app'
const root = fileURLToPath(new URL('../..', import.meta.url))

let page: EventTarget
let stops: (() => void)[] = []
beforeEach(() => {
  page = new EventTarget()
  vi.stubGlobal('localStorage', storageDouble())
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page))
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page))
})
afterEach(() => {
  for (const stop of stops) stop()
  stops = []
  vi.unstubAllGlobals()
})

function hearing(store = webStorageStore('my-app')) {
  const listener = vi.fn()
  const stop = store.subscribe?.(listener) ?? (() => {})
  stops.push(stop)
  return { store, listener, stop }
}

describe('two stores of one name in one page (F59)', () => {
  it('hear each other sign in and sign out', async () => {
    const [one, other] = [hearing(), hearing()]

    one.store.write(pair(1), null)
    await vi.waitFor(() => expect(other.listener).toHaveBeenCalledTimes(1))
    other.store.write(null, pair(1))
    await vi.waitFor(() => expect(one.listener).toHaveBeenCalledTimes(2))
  })

  it('are heard though the writer listens to nobody', async () => {
    const { listener } = hearing()

    webStorageStore('my-app').write(pair(1), null)

    await vi.waitFor(() => expect(listener).toHaveBeenCalledOnce())
  })

  it('hear nothing of other names', async () => {
    const [mine, other] = [hearing(), hearing(webStorageStore('other'))]

    webStorageStore('other').write(pair(1), null)

    await vi.waitFor(() => expect(other.listener).toHaveBeenCalledOnce())
    expect(mine.listener).not.toHaveBeenCalled()
  })
})

describe('the channel', () => {
  it('carries no token, and nothing of what it carries is handed on (A41)', async () => {
    const posted: unknown[] = []
    const eavesdropper = new BroadcastChannel(key)
    eavesdropper.onmessage = ({ data }) => void posted.push(data)
    stops.push(() => eavesdropper.close())
    const { store, listener } = hearing()

    store.write(pair(1), null)
    eavesdropper.postMessage({ accessToken: 'poisoned' })

    await vi.waitFor(() => expect(listener.mock.calls).toEqual([[], []]))
    await vi.waitFor(() => expect(posted).toEqual([null]))
    expect(store.read()).toEqual(pair(1))
  })

  it.each([
    ['missing', undefined],
    [
      'refused',
      class {
        constructor() {
          throw new DOMException('An opaque origin', 'SecurityError')
        }
      },
    ],
    [
      'closed',
      class {
        postMessage() {
          throw new DOMException('The channel is closed', 'InvalidStateError')
        }
        close() {}
      },
    ],
  ])('may be %s: writes land and this store hears of them (F55)', (_, substitute) => {
    vi.stubGlobal('BroadcastChannel', substitute)
    const { store, listener } = hearing()

    expect(store.write(pair(1), null)).toBe(true)

    expect(listener).toHaveBeenCalledOnce()
  })

  it('is open only while somebody listens and the page is shown', () => {
    const open = new Set<object>()
    class Counted {
      constructor() {
        open.add(this)
      }
      close() {
        open.delete(this)
      }
      postMessage() {}
      unref() {}
    }
    vi.stubGlobal('BroadcastChannel', Counted)
    const [{ stop, store }, second] = [hearing(), hearing()]
    second.stop()
    expect(open.size).toBe(1)

    page.dispatchEvent(new Event('pagehide'))
    expect(open.size).toBe(0)
    page.dispatchEvent(new Event('pageshow'))
    expect(open.size).toBe(1)

    stop()
    stop()
    store.write(pair(1), null)
    expect(open.size).toBe(0)
  })

  it('is not kept open where there are no tabs, and it would keep the process alive (Deno)', () => {
    const closed: object[] = []
    class Tenacious {
      close() {
        closed.push(this)
      }
      postMessage() {}
    }
    vi.stubGlobal('BroadcastChannel', Tenacious)
    const { stop } = hearing()

    expect(closed).toHaveLength(1)
    stop()
  })

  it('keeps no process alive', async () => {
    const program = `
      globalThis.localStorage = { getItem: () => null, setItem() {}, removeItem() {} }
      const { webStorageStore } = await import('./src/stores/web-storage.ts')
      const store = webStorageStore('my-app')
      store.subscribe(() => {})
      store.write({ accessToken: 'a' }, null)
      console.log('done')
    `
    const run = promisify(execFile)

    const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
      cwd: root,
      timeout: 15_000,
    })

    expect(stdout).toBe('done\n') // Still alive after the timeout, it would have been killed, and this rejected.
  })
})

describe('the back-forward cache', () => {
  const pageShow = (persisted: boolean) => Object.assign(new Event('pageshow'), { persisted })

  it('is where a page misses hints: it reads again when it is shown from there (F50)', () => {
    const { listener } = hearing()

    page.dispatchEvent(pageShow(true))

    expect(listener.mock.calls).toEqual([[]])
  })

  it('has nothing to do with a page that is shown for the first time', () => {
    const { listener } = hearing()

    page.dispatchEvent(pageShow(false))

    expect(listener).not.toHaveBeenCalled()
  })
})
