import { type Browser, chromium, type Page } from 'playwright'
import { servePage } from '../../playground/serve-page'
import { Playhouse } from '../../playground/story/playhouse'
import { findChromium } from '../browser/chromium'

type View = NonNullable<Parameters<Browser['newPage']>[0]>

/** The playground's page as `npm start` serves it, in a real Chromium. */
export async function openPlayground() {
  const found = await findChromium()
  if (!found) throw new Error('No Chromium runs here')
  const [browser, house] = await Promise.all([chromium.launch(found), Playhouse.open()])
  const site = await servePage(house)

  return {
    url: site.url,
    /** A page that has played its first run. */
    async view(options: View = {}): Promise<Page> {
      const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce', ...options })
      await page.goto(site.url)
      await settled(page, 'two-tabs')
      return page
    },
    async close() {
      await browser.close()
      await Promise.all([site.close(), house.close()])
    },
  }
}

/** Presses a button, and waits until the run is over. */
export async function play(page: Page, id: string): Promise<void> {
  // That Chromium has no fonts: to Playwright, text without a size is nowhere to click.
  await page.locator(`[data-play="${id}"]`).dispatchEvent('click')
  await settled(page, id)
}

export async function settled(page: Page, id: string): Promise<void> {
  await page.waitForSelector(`#result[data-run="${id}"][data-state="settled"]`, { state: 'attached' })
}
