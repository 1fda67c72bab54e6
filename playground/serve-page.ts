import { readFile } from 'node:fs/promises'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { bundlePage } from './bundle-page'
import { listenOnLoopback } from './servers/loopback'
import { openWorkshop } from './servers/workshop'
import type { Playhouse } from './story/playhouse'
import type { Told } from './story/told'

const files = [
  { path: '/', name: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/tab.html', name: 'tab.html', type: 'text/html; charset=utf-8' },
  ...['page.css', 'timeline.css', 'story.css'].map((name) => ({ path: `/${name}`, name, type: 'text/css; charset=utf-8' })),
]

/** The page: the client at work in this browser, against servers of its own, and the story with a button for each act. */
export async function servePage(house: Playhouse): Promise<{ readonly url: string; close(): Promise<void> }> {
  const [workshop, scripts] = await Promise.all([openWorkshop(), bundlePage()])
  const app = new Hono()
  app.use(async (c, next) => {
    await next()
    c.header('content-security-policy', `default-src 'self'; img-src data:; connect-src 'self' ${workshop.origins.join(' ')}`)
    if (!c.req.path.startsWith('/proxy/')) c.header('cache-control', 'no-store')
  })

  for (const { path, name, type } of files) {
    app.get(path, async (c) => c.body(await readFile(new URL(`page/${name}`, import.meta.url), 'utf8'), 200, { 'content-type': type }))
  }
  for (const [path, script] of scripts) app.get(path, (c) => c.body(script, 200, { 'content-type': 'text/javascript; charset=utf-8' }))

  app.route('/workshop', workshop.levers)
  app.route('/proxy', workshop.proxies)

  app.get('/acts', (c) => c.json(house.acts.map(({ id, title, promise }) => ({ id, title, promise }))))

  app.post('/acts/:id', async (c) => {
    const act = house.acts.find(({ id }) => id === c.req.param('id'))
    return act ? c.json(await house.play(act)) : c.notFound()
  })

  app.get('/events', (c) =>
    streamSSE(c, async (stream) => {
      const send = (told: Told) => void stream.writeSSE({ data: JSON.stringify(told) })
      house.told.forEach(send)
      const leave = house.watch(send)
      await new Promise<void>((resolve) => stream.onAbort(resolve))
      leave()
    }),
  )

  const loopback = await listenOnLoopback()
  loopback.answerWith(getRequestListener(app.fetch))
  return {
    url: `${loopback.origin}/`,
    close: async () => {
      await Promise.all([loopback.close(), workshop.close()])
    },
  }
}
