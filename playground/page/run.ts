import type { Premises } from '../servers/workshop'
import { openBench } from './bench'
import { causes } from './causes/causes'
import type { Heard } from './heard'
import { levers } from './levers'
import type { Tab } from './tab'

/** Something to watch: a button of the page. */
export interface Run {
  readonly id: string
  readonly title: string
  /** What is done, in one sentence or two. */
  readonly how: string
  play(tell: (heard: Heard) => void): Promise<unknown>
}

/** The buttons in their groups: what two tabs share, and a way to each cause. */
export function runsOf(servers: Premises, tabs: readonly [Tab, Tab]): readonly { readonly title: string; readonly runs: readonly Run[] }[] {
  return [
    { title: 'One refresh for all', runs: sharedRuns(tabs) },
    ...causes.map((group) => ({
      title: group.title,
      runs: group.causes.map((cause) => ({ ...cause, play: (tell: (heard: Heard) => void) => cause.run(openBench(servers, tell)) })),
    })),
  ]
}

function sharedRuns(tabs: readonly [Tab, Tab]): readonly Run[] {
  const [first] = tabs

  /** The API refuses the token, though it has not expired: only a 401 can tell. */
  const revoke = async (): Promise<void> => levers.refuse({ accessToken: await first.accessToken() })

  return [
    {
      id: 'two-tabs',
      title: 'Two tabs, ten calls each',
      how: 'The token that both tabs share was revoked. All calls are refused; one tab refreshes, and both go on.',
      play: async () => {
        await revoke()
        for (const tab of tabs) tab.tellState()
        await Promise.all(tabs.map((tab) => tab.call(10)))
      },
    },
    {
      id: 'fifty-refused',
      title: 'Fifty calls, token revoked',
      how: 'Fifty calls at once with a token that was revoked. They share one refresh, and all are sent again.',
      play: async () => {
        await revoke()
        first.tellState()
        await first.call(50)
      },
    },
    {
      id: 'fifty-spent',
      title: 'Fifty calls, token expired',
      how: 'Fifty calls at once with a token that the client knows has expired. One refresh comes first, and no call is refused.',
      play: async () => {
        await first.signIn({ ...(await levers.signIn()), expiresAt: Date.now() - 1_000 })
        first.tellState()
        await first.call(50)
      },
    },
    {
      id: 'one-call',
      title: 'One call, token fresh',
      how: 'The token is good: it goes along, and that is all.',
      play: async () => {
        await first.accessToken()
        first.tellState()
        await first.call(1)
      },
    },
  ]
}

/** What a tab's own button plays. */
export function runOf(tab: Tab): Run {
  return {
    id: tab.name,
    title: `One call from ${tab.name}`,
    how: 'With the token that both tabs share: refreshed first if it is about to expire.',
    play: () => {
      tab.tellState()
      return tab.call(1)
    },
  }
}
