import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { causes } from '../../playground/page/causes/causes'
import { openPlayground, play, settled } from './open-page'

let playground: Awaited<ReturnType<typeof openPlayground>>
let page: Page
beforeAll(async () => {
  playground = await openPlayground()
  page = await playground.view()
}, 60_000)
afterAll(() => playground?.close())

describe('the button', () => {
  it.each(causes.flatMap((group) => group.causes))('comes to $expects: $title', async ({ id, expects }) => {
    await play(page, id)

    const found = await page.locator('#diagnoses > li').evaluateAll((cards) => cards.map((card) => card.getAttribute('data-cause')))
    expect(found).toContain(expects)
    // What else was refused on the way has its cause too.
    expect(found.every((cause) => cause && cause !== 'unknown')).toBe(true)
  })

  it('shows with each diagnosis what was seen, what to do, and who has to', async () => {
    await play(page, 'wrong-audience')

    const card = await page.locator('[data-cause="wrong-audience"]').textContent()
    expect(card).toContain('401 · GET /me')
    expect(card).toContain('The token was issued for another API.')
    expect(card).toContain('Its aud is https://billing.example.com')
    expect(card).toContain('Ask the authorization server')
    expect(card).toContain('who can fix it: the client')
  })

  it('shows what a diagnosis has between back ticks as code', async () => {
    await play(page, 'hidden')

    const fixes = page.locator('[data-cause="hidden-by-cors"] .reasons li')
    expect((await fixes.allTextContents()).join()).not.toContain('`')
    expect(await fixes.locator('code').allTextContents()).toContain('Access-Control-Expose-Headers: WWW-Authenticate')
  })

  it.each([
    ['wrong-audience', true],
    ['revoked', false],
    ['narrow-scope', false],
  ])('%s says whether the client had nothing to refresh with', async (id, had) => {
    await play(page, id)

    const how = (await page.locator('#run-how').textContent()) ?? ''
    expect(how.endsWith('This client has no refresh token, so the first answer comes back.')).toBe(had)
  })

  it('is one of at least sixteen causes, each another one', () => {
    expect(new Set(causes.flatMap((group) => group.causes).map(({ expects }) => expects)).size).toBeGreaterThanOrEqual(16)
  })
})

describe('the timeline', () => {
  it('shows one refresh that fifty refused calls share, and each call sent again', async () => {
    await play(page, 'fifty-refused')

    expect(await drawn(page)).toEqual({
      lanes: 50,
      outcomes: ['200'],
      refused: 50,
      replayed: 50,
      refreshes: 1,
      sharing: expect.any(Number),
    })
    expect((await drawn(page)).sharing).toBeGreaterThan(1)
  })

  it('shows one refresh before fifty calls whose token has expired', async () => {
    await play(page, 'fifty-spent')

    expect(await drawn(page)).toEqual({ lanes: 50, outcomes: ['200'], refused: 0, replayed: 0, refreshes: 1, sharing: 50 })
  })

  it('shows one refresh for two tabs that share a session, as the login server counts it', async () => {
    const before = await refreshes()

    await play(page, 'two-tabs')

    expect(await drawn(page)).toMatchObject({ lanes: 20, outcomes: ['200'], refused: 20, refreshes: 1 })
    expect(await page.locator('.row.lanes > .who').allTextContents()).toEqual(['Tab A10 calls', 'Tab B10 calls'])
    expect((await refreshes()) - before).toBe(1)
  })

  it('shows how long access tokens live', async () => {
    await play(page, 'revoked')

    expect(await page.locator('.row.tokens .track > *').allTextContents()).toEqual(['no. 1 · replaced', 'no. 2 · lives 60 s'])
  })

  it('shows how long a token lives by the clock of a device that is slow', async () => {
    await play(page, 'clock-skew')

    expect(await page.locator('.row.tokens .track > *').allTextContents()).toEqual(['no. 1 · replaced', 'no. 2 · lives 60 s'])
  })

  it('shows the call that a tab’s own button makes', async () => {
    await page.frameLocator('#tab-b').locator('button').dispatchEvent('click')
    await settled(page, 'Tab B')

    expect(await drawn(page)).toMatchObject({ lanes: 1, outcomes: ['200'] })
  })

  it('says in words what it draws', async () => {
    await play(page, 'one-call')

    expect(await page.locator('#chart').getAttribute('aria-label')).toBe(
      'Timeline: 1 call, 0 refused (401), 0 refreshes, 0 sent again, 1 answered.',
    )
    expect(await page.locator('#nothing').getAttribute('hidden')).toBeNull()
  })
})

describe('a press', () => {
  it('during a run is kept, and played when it is over', async () => {
    const kept = await page.evaluate(() => {
      for (const id of ['fifty-refused', 'graphql', 'revoked']) document.querySelector<HTMLElement>(`[data-play="${id}"]`)?.click()
      const next = [...document.querySelectorAll<HTMLElement>('[data-next]')].map((button) => button.dataset.play)
      return [next, document.querySelector('#announced')?.textContent]
    })

    expect(kept).toEqual([['revoked'], 'Revoked: comes next.'])
    await settled(page, 'revoked')
    expect(await page.locator('[data-next]').count()).toBe(0)
    expect(await page.locator('[data-play][aria-current]').evaluateAll((all) => all.map((one) => one.textContent))).toEqual(['Revoked'])
  })

  it('brings the result into view at once, so that a phone shows the run while it happens', async () => {
    await page.setViewportSize({ width: 390, height: 780 })

    const seen = await page.evaluate(() => {
      scrollTo(0, 0)
      document.querySelector<HTMLElement>('[data-play="outage"]')?.click()
      const result = document.querySelector('#result') as HTMLElement
      const { top } = result.getBoundingClientRect()
      return [result.dataset.state, top >= 0 && top < innerHeight / 2]
    })

    expect(seen).toEqual(['playing', true])
    await settled(page, 'outage')
    await page.setViewportSize({ width: 1280, height: 860 })
  })

  it('in a tab brings the result into view as any other does', async () => {
    await page.setViewportSize({ width: 390, height: 300 })
    await page.evaluate(() => scrollTo(0, 0))

    await page.frameLocator('#tab-a').locator('button').dispatchEvent('click')
    await settled(page, 'Tab A')

    await page.waitForFunction(() => {
      const { top } = (document.querySelector('#result') as Element).getBoundingClientRect()
      return scrollY > 0 && top >= -1 && top < innerHeight / 2
    })
    await page.setViewportSize({ width: 1280, height: 860 })
  })
})

describe('the page', () => {
  it('says at its top that the playground has gone', async () => {
    const other = await playground.view()
    expect(await other.locator('#gone').getAttribute('hidden')).toBe('')

    await other.route('**/events', (route) => route.abort())
    await other.reload()

    await other.waitForSelector('#gone:not([hidden])', { state: 'attached' })
    expect(await other.locator('details #gone').count()).toBe(0)
    await other.close()
  })

  it('says that the tabs could not sign in', async () => {
    const other = await playground.view()

    await other.route('**/workshop/sign-in', (route) => route.fulfill({ status: 503 }))
    await other.reload()

    await other.waitForSelector('#groups .broken', { state: 'attached' })
    expect(await other.locator('#groups').textContent()).toBe('The tabs could not sign in: The playground answered 503 to sign-in')
    await other.close()
  })

  it('announces of a scene of the terminal what came of it, and not each line', async () => {
    await page.locator('#story').evaluate((story) => story.setAttribute('open', ''))

    await page.getByRole('button', { name: 'Play: One call with a fresh token' }).dispatchEvent('click')
    await page.waitForSelector('.act[data-state="held"]', { state: 'attached' })

    expect(await page.locator('#log').getAttribute('aria-live')).toBe('off')
    expect(await page.locator('#verdict').textContent()).toBe('One call with a fresh token: kept')
    const marks = await page
      .locator('.act[data-state="held"] h3')
      .evaluateAll((all) => all.map((h3) => getComputedStyle(h3, '::after').content))
    expect(marks).toEqual(['" ✓ kept"'])
    expect(await page.locator('#log').textContent()).not.toContain('not about credentials')
    expect(
      await page
        .locator('#log .line')
        .first()
        .evaluate((line) => {
          const [who, text] = ['.who', '.text'].map((part) => getComputedStyle(line.querySelector(part) as Element))
          return [who?.fontSize === text?.fontSize, who?.lineHeight === text?.lineHeight, who?.paddingRight]
        }),
    ).toEqual([true, true, '0px'])
  })

  it('keeps the colours that say what is what, where the reader has chosen the others', async () => {
    const other = await playground.view({ forcedColors: 'active' })

    const colours = await other.locator('.key, #chart .sent, #chart .replayed').evaluateAll((all) =>
      all.map((one) => {
        const { backgroundColor, backgroundImage } = getComputedStyle(one)
        return backgroundImage === 'none' ? backgroundColor : backgroundImage
      }),
    )

    expect(new Set(colours).size).toBeGreaterThanOrEqual(6)
    await other.close()
  })

  it('has its tabs below each other where two have no room', async () => {
    const columns = async (width: number) => {
      await page.setViewportSize({ width, height: 860 })
      return page.locator('#tabs').evaluate((tabs) => getComputedStyle(tabs).gridTemplateColumns.split(' ').length)
    }

    expect([await columns(360), await columns(390)]).toEqual([1, 2])
    await page.setViewportSize({ width: 1280, height: 860 })
  })

  it('has its scenes on the screen, also where something in them is wider', async () => {
    await page.setViewportSize({ width: 320, height: 860 })
    await page.locator('#story').evaluate((story) => story.setAttribute('open', ''))

    const right = await page.locator('#acts').evaluate((acts) => {
      const text = acts.querySelector('.act p') as HTMLElement // That Chromium has no fonts: no text is ever wide.
      text.style.width = '30rem'
      const { right } = acts.getBoundingClientRect()
      text.style.width = ''
      return right
    })

    expect(right).toBeLessThanOrEqual(320)
    await page.setViewportSize({ width: 1280, height: 860 })
  })

  it('leaves out on a phone what has no room there', async () => {
    await play(page, 'fifty-refused')
    const shown = async (width: number) => {
      await page.setViewportSize({ width, height: 860 })
      return page.locator('#chart').evaluate((chart) => {
        const display = (part: string) => [...chart.querySelectorAll(part)].map((one) => getComputedStyle(one).display)
        return { forCalls: display('.login small')[0] !== 'none', late: display('.axis .late').some((one) => one !== 'none') }
      })
    }

    expect(await shown(390)).toEqual({ forCalls: false, late: false })
    expect(await shown(1280)).toMatchObject({ forCalls: true })
    expect(await page.locator('.login .track > *').first().textContent()).toMatch(/^1 refresh · \S+ m?s · for \d+ calls$/)
  })

  it('is played by keyboard alone', async () => {
    await page.reload()
    await settled(page, 'two-tabs')
    const reached: string[] = []

    for (let tabs = 0; tabs < 60 && reached.at(-1) !== 'outage'; tabs += 1) {
      await page.keyboard.press('Tab')
      reached.push(await page.evaluate(() => (document.activeElement as HTMLElement).dataset.play ?? document.activeElement?.tagName ?? ''))
    }
    await page.keyboard.press('Enter')
    await settled(page, 'outage')

    const buttons = await page.locator('[data-play]').evaluateAll((all) => all.map((button) => (button as HTMLElement).dataset.play))
    expect(reached.filter((name) => buttons.includes(name))).toEqual(buttons)
    expect(await page.locator('[data-cause="refresh-unavailable"]').textContent()).toContain('The token endpoint answered 503.')
  })

  it('holds no token: neither shown nor in a log', async () => {
    const logged: string[] = []
    page.on('console', (message) => void logged.push(message.text()))

    for (const id of ['revoked', 'wrong-audience', 'two-tabs']) {
      await play(page, id)
      for (const frame of page.frames()) expect(await frame.content()).not.toMatch(/eyJ[\w-]{10}/)
    }
    expect(logged.join()).not.toMatch(/eyJ/)
  })

  const widths = [1280, 390, 320]
  const schemes = ['light', 'dark'] as const
  const views = widths.flatMap((width) => schemes.map((colorScheme) => ({ width, colorScheme })))

  it.each(views)(
    'has no violation of accessibility, and nothing to scroll sideways, at $width px in $colorScheme',
    async ({ width, colorScheme }) => {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize({ width, height: 860 })
      await play(page, 'cached')
      await page.locator('details').evaluateAll((all) => {
        for (const details of all) details.setAttribute('open', '')
      })

      const violations = await axe(page)

      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      expect(violations).toEqual([])
      expect(sideways).toBe(0)
    },
  )
})

async function drawn(page: Page) {
  return page.evaluate(() => {
    const count = (selector: string) => document.querySelectorAll(`#chart ${selector}`).length
    const outcomes = [...document.querySelectorAll<HTMLElement>('#chart .lane')].map((lane) => lane.dataset.outcome)
    return {
      lanes: count('.lane'),
      outcomes: [...new Set(outcomes)],
      refused: count('.lane:has(.refusal)'),
      replayed: count('.lane:has(.replayed)'),
      refreshes: count('[data-refresh]'),
      sharing: count('.lane[data-shares]'),
    }
  })
}

async function refreshes(): Promise<number> {
  const response = await fetch(`${playground.url}workshop/counts`)
  return ((await response.json()) as { refreshes: number }).refreshes
}

async function axe(page: Page): Promise<readonly string[]> {
  const source = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  for (const frame of page.frames()) await frame.evaluate(source)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    const { violations } = await axe.run()
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
  })
}
