import { type ChildProcess, spawn } from 'node:child_process'
import { freePort } from '../../support/free-port'

const browser = '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser'

/** Opens a URL in WebKitGTK (Debian's webkit2gtk-driver and xvfb), over WebDriver. Returns how to end it. */
export async function openInWebKit(url: string): Promise<() => Promise<void>> {
  const processes: ChildProcess[] = []
  const start = (command: string, args: readonly string[], options: Parameters<typeof spawn>[2]): ChildProcess => {
    const child = spawn(command, args, options)
    processes.push(child)
    return child
  }
  const stop = (): void => {
    for (const child of processes.reverse()) child.kill()
  }
  try {
    // Xvfb picks a free display, and writes its number to the descriptor that it is given.
    const screen = start('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    const display = await new Promise<string>((resolve, reject) => {
      screen.once('error', reject)
      screen.stdio[3]?.once('data', (data) => resolve(String(data).trim()))
    })
    const software = { LIBGL_ALWAYS_SOFTWARE: '1', WEBKIT_DISABLE_COMPOSITING_MODE: '1', WEBKIT_DISABLE_DMABUF_RENDERER: '1' }
    const port = await freePort()
    start('WebKitWebDriver', [`--port=${port}`], {
      env: { ...process.env, ...software, DISPLAY: `:${display}`, GDK_BACKEND: 'x11', NO_AT_BRIDGE: '1' },
      stdio: 'ignore',
    })
    const command = async (method: string, path: string, body?: unknown): Promise<unknown> => {
      const init = body === undefined ? { method } : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
      const response = await fetch(`http://127.0.0.1:${port}${path}`, init)
      const { value } = (await response.json()) as { value: unknown }
      if (!response.ok) throw new Error(`WebDriver ${path}: ${JSON.stringify(value)}`)
      return value
    }
    await untilReady(() => command('GET', '/status'))
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary: browser, args: ['--automation'] } } }
    const { sessionId } = (await command('POST', '/session', { capabilities })) as { sessionId: string }
    await command('POST', `/session/${sessionId}/url`, { url })
    return async () => {
      await command('DELETE', `/session/${sessionId}`).catch(() => {})
      stop()
    }
  } catch (error) {
    stop()
    throw error
  }
}

async function untilReady(look: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await look()
      return
    } catch (error) {
      if (attempt === 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
