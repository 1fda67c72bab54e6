import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { behaviours, type Outcome } from '../../portable/behaviours'
import { type PortableServer, startServer } from '../../portable/server'
import { type Installed, installPackage, runtimes } from './installed-package'
import { bundleForReactNative } from './react-native/bundle'
import { runInReactNative } from './react-native/native-half'

const run = promisify(execFile)

describe.each(['ios', 'android'] as const)("on React Native's own fetch, for %s (its native half is modelled)", (platform) => {
  let installed: Installed
  let server: PortableServer
  let bundle: string
  beforeAll(async () => {
    installed = await installPackage()
    server = await startServer()
    bundle = await bundleForReactNative(installed, platform)
  }, 120_000)
  afterAll(async () => {
    await server.close()
    await installed.remove()
  })

  it('behaves as everywhere', async () => {
    const otherOrigin = server.origin.replace('127.0.0.1', 'localhost')

    const { passed, failed } = await runInReactNative(bundle, platform, { origin: server.origin, otherOrigin, followsAnything: true })

    expect(failed).toEqual([])
    expect([...passed]).toEqual(Object.keys(behaviours))
  })

  it.each(['hermes-compiler/hermesc/linux64-bin/hermesc', 'hermes-engine-cli/linux64-bin/hermesc'])(
    'is syntax for %s',
    async (compiler) => {
      await expect(
        run(join(runtimes, compiler), ['-emit-binary', '-out', join(installed.folder, 'app.hbc'), bundle]),
      ).resolves.toBeDefined()
    },
  )
})

describe('on Hermes itself, an old one, without atob, btoa, WeakRef, Promise.any, queueMicrotask and Array.at (its native half is modelled)', () => {
  let installed: Installed
  beforeAll(async () => {
    installed = await installPackage()
  }, 120_000)
  afterAll(() => installed.remove())

  it("behaves as everywhere under React Native's own fetch, but for a client secret, which btoa would encode", async () => {
    const bundle = await bundleForReactNative(installed, 'ios', 'hermes-app')

    const { stdout } = await run(join(runtimes, 'hermes-engine-cli/linux64-bin/hermes'), ['-w', bundle], { timeout: 120_000 })
    const { passed, failed } = JSON.parse(stdout) as Outcome

    const needsBtoa = 'gets a token for a service before its first call (RFC 6749 §4.4)'
    expect(failed.filter(({ title }) => title !== needsBtoa)).toEqual([])
    expect([...passed, needsBtoa].sort()).toEqual(Object.keys(behaviours).sort())
  }, 240_000)
})
