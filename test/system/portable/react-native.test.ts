import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { behaviours } from '../../portable/behaviours'
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
