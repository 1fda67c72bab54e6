import type { Page } from 'playwright'
import type { TabGlobals, Tabs } from './tabs'

export type RoundKind = 'plain' | 'closed before' | 'closed after' | 'crashed before' | 'crashed after' | FrozenKind
export type FrozenKind = 'frozen' | 'frozen past its timeout' | 'frozen for long'

export interface RoundResult {
  /** Refresh tokens that were exchanged for tabs that are still there: requests that reached the authorization server's books. */
  readonly redemptions: number
  /** And for the one that died after its request had landed. */
  readonly ghosts: number
  /** How many calls ended how, in the tabs that are still there. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Tabs that died. */
  readonly died: number
}

const tabCount = 10
const callsEach = 50

/**
 * Every access token is refused from now on, and one signal lets each of ten tabs call fifty times. Whoever comes to the token endpoint
 * first is closed, crashed or frozen: before its request had an effect, or after, with the answer lost.
 * @param frozenFor how long a frozen tab stays so, in milliseconds.
 */
export async function playRound(tabs: Tabs, round: number, kind: RoundKind, frozenFor = 0): Promise<RoundResult> {
  const { login, open } = tabs
  await tabs.fill(tabCount)
  login.spoilAccessTokens()
  const redeemers: string[] = []
  let isFirst = true
  let thawed: Promise<void> = Promise.resolve()
  login.always(async (request, usual) => {
    const tab = request.headers.get('x-tab') ?? ''
    const page = open.get(tab)
    const isVictim = isFirst && kind !== 'plain'
    isFirst = false
    await delay(50) // So that the other tabs are waiting for the lock.
    if (isVictim && kind.endsWith('before')) await end(page, kind)
    // A browser sends it once more when its connection breaks, though nobody is there any more: that does not land either.
    if (kind.endsWith('before') && !open.has(tab)) throw new Error('The request did not land')
    redeemers.push(tab)
    const answer = await usual()
    if (!isVictim) return answer
    if (kind.startsWith('frozen')) thawed = (await freeze(page, frozenFor)).thawed
    else await end(page, kind)
    return answer
  })

  const [signaller] = open.values()
  // Its own channel object is another one than the one that listens: the signal reaches this tab too.
  await signaller?.evaluate(([n, calls]) => (globalThis as unknown as TabGlobals).wake(n, calls), [round, callsEach] as const)
  const settled = await Promise.all([...open.values()].map((page) => outcomesOf(page, round)))
  await thawed
  login.always(undefined)

  const outcomes: Record<string, number> = {}
  for (const outcome of settled.flat()) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  const redemptions = redeemers.filter((tab) => open.has(tab)).length
  return { redemptions, ghosts: redeemers.length - redemptions, outcomes, died: tabCount - open.size }
}

async function outcomesOf(page: Page, round: number): Promise<readonly string[]> {
  const dead = new Promise<readonly string[]>((resolve) => {
    page.once('close', () => resolve([]))
    page.once('crash', () => resolve([]))
  })
  const alive = page.evaluate((n) => (globalThis as unknown as TabGlobals).outcomes(n), round)
  return Promise.race([dead, alive.catch((error: unknown) => (page.isClosed() ? dead : Promise.race([dead, fail(error)])))])
}

// A page that dies lets its evaluation fail first and says so next.
async function fail(error: unknown): Promise<never> {
  await delay(2000)
  throw error
}

async function end(page: Page | undefined, kind: RoundKind): Promise<void> {
  if (!page) throw new Error('A request came from no open tab')
  if (kind.startsWith('closed')) return page.close()
  const session = await page.context().newCDPSession(page)
  const crashed = page.waitForEvent('crash')
  session.send('Page.crash').catch(() => {}) // It never answers.
  await crashed
  await page.close()
}

/**
 * Stops the tab's main thread: no timer, no answer, no event, while its lock stays held. By the debugger, since headless builds accept
 * `Page.setWebLifecycleState` and go on as if nothing had been said.
 * @returns once it stands still, a promise of the thaw.
 */
async function freeze(page: Page | undefined, duration: number): Promise<{ readonly thawed: Promise<void> }> {
  if (!page) throw new Error('A request came from no open tab')
  const session = await page.context().newCDPSession(page)
  const stands = new Promise((resolve) => session.once('Debugger.paused', resolve))
  await session.send('Debugger.enable')
  await session.send('Debugger.pause')
  const next = session.send('Runtime.evaluate', { expression: '0' }) // It stops before the next statement: here is one.
  await stands
  const thaw = async (): Promise<void> => {
    await delay(duration)
    await session.send('Debugger.disable') // Goes on.
    await next
    await session.detach()
  }
  return { thawed: thaw() }
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
