import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { findChromium } from '../test/browser/chromium'
import { servePage } from './serve-page'
import { Playhouse } from './story/playhouse'

const folder = fileURLToPath(new URL('page/screenshots/', import.meta.url))
const shots = [
  { name: 'timeline-light', play: 'two-tabs', width: 1280, height: 880, colorScheme: 'light' },
  { name: 'timeline-dark', play: 'two-tabs', width: 1280, height: 880, colorScheme: 'dark' },
  { name: 'phone', play: 'revoked', width: 390, height: 1640, colorScheme: 'light' },
] as const

const found = await findChromium()
if (!found) throw new Error('No Chromium runs here')
// The packaged Chromium brings no fonts: the machine's own are needed for a picture of text.
const fonts = process.env.FONTCONFIG_PATH ?? '/etc/fonts'
const browser = await chromium.launch({ ...found, env: { ...found.env, FONTCONFIG_PATH: fonts } })
const house = await Playhouse.open()
const { url, close } = await servePage(house)
await mkdir(folder, { recursive: true })

for (const { name, play, width, height, colorScheme } of shots) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' })
  page.on('pageerror', (error) => console.error(error))
  await page.goto(url)
  await page.waitForSelector('#result[data-state="settled"]', { state: 'attached' })
  await page.locator(`[data-play="${play}"]`).dispatchEvent('click')
  await page.waitForSelector(`#result[data-run="${play}"][data-state="settled"]`, { state: 'attached' })
  await page.evaluate(() => scrollTo(0, 0))
  await page.screenshot({ path: `${folder}${name}.png` })
  await page.close()
}

await Promise.all([browser.close(), close(), house.close()])
