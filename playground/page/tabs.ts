import { find } from './element'
import type { Heard } from './heard'
import { levers } from './levers'
import type { Tab } from './tab'

/** The two tabs, signed in: one session, two documents. */
export async function openTabs(tell: (heard: Heard) => void) {
  const tabs = await Promise.all(['#tab-a', '#tab-b'].map((selector) => tabIn(find<HTMLIFrameElement>(selector))))
  const [first] = tabs
  for (const tab of tabs) tab.hear(tell)
  await first?.signIn(await levers.signIn())
  return tabs as [Tab, Tab]
}

/** The tab in a frame, once its script has run and asked for the servers. */
async function tabIn(frame: HTMLIFrameElement): Promise<Tab> {
  for (;;) {
    const { tab } = (frame.contentWindow ?? {}) as { tab?: Tab }
    if (tab) return tab
    await new Promise(requestAnimationFrame)
  }
}
