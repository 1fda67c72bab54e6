import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type LaunchOptions } from 'playwright'

/**
 * A Chromium that runs here: the one that comes with `npm ci`, or an installed Chrome. `undefined`: neither runs.
 */
export async function findChromium(): Promise<LaunchOptions | undefined> {
  for (const find of [packagedChromium, installedChrome]) {
    const options = await find().catch(() => undefined)
    if (options) return options
  }
  return undefined
}

const args = ['--no-sandbox', '--disable-gpu', '--no-first-run']

// The package holds a Linux x64 build, compressed. It is unpacked once per install, and what has been unpacked has run here.
async function packagedChromium(): Promise<LaunchOptions | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  const folder = fileURLToPath(new URL('../../node_modules/.cache/authenticated-client/chromium', import.meta.url))
  if (!(await exists(folder))) await unpack(folder)
  return launchOptions(folder)
}

async function unpack(folder: string): Promise<void> {
  await mkdir(join(folder, '..'), { recursive: true })
  // Renamed when complete: two runs that start together must not launch each other's half of a browser.
  const unfinished = await mkdtemp(`${folder}-`)
  try {
    const before = { ...process.env }
    // Says which libraries are needed: those of a machine that has none of a desktop's.
    Object.assign(process.env, { TMPDIR: unfinished, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' })
    try {
      const { default: packaged } = await import('@sparticuz/chromium')
      await packaged.executablePath()
    } finally {
      // Its library path is for the browser alone, not for what else these tests start.
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
      Object.assign(process.env, before)
    }
    await (await chromium.launch(launchOptions(unfinished))).close()
    await rename(unfinished, folder).catch((error: unknown) => exists(folder).then((there) => there || Promise.reject(error)))
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

function launchOptions(folder: string): LaunchOptions {
  const libraries = [join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':')
  const env = { ...process.env, HOME: process.env.HOME ?? tmpdir(), LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: join(folder, 'fonts') }
  return { executablePath: join(folder, 'chromium'), args, env }
}

async function installedChrome(): Promise<LaunchOptions> {
  const options = { channel: 'chrome', args }
  await (await chromium.launch(options)).close()
  return options
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
