import { execFile } from 'node:child_process'
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Installed, root, runtimes } from '../installed-package'

const run = promisify(execFile)

/** One of the apps here as Metro bundles it for a release, under React Native's own conditions and Babel preset. */
export async function bundleForReactNative(
  installed: Installed,
  platform: 'ios' | 'android',
  app: 'app' | 'hermes-app' = 'app',
): Promise<string> {
  const { folder } = installed
  await installed.bundle('suite.js', `export { runBehaviours } from './behaviours'`, { format: 'cjs' })
  await installed.bundle('hermes-half.js', `export { installNativeHalf } from '../system/portable/react-native/hermes-half'`, {
    format: 'cjs',
  })
  await cp(join(root, `test/system/portable/react-native/${app}.js`), join(folder, `${app}.js`))
  await writeFile(join(folder, 'babel.config.js'), `module.exports = { presets: [[${preset}, { enableBabelRuntime: false }]] }`)
  await writeFile(join(folder, 'metro.config.js'), metroConfig(folder))
  const bundle = join(folder, `${app}.${platform}.js`)
  const metro = join(runtimes, 'metro/src/cli.js')
  await run(
    process.execPath,
    [metro, 'build', `${app}.js`, '--config', 'metro.config.js', '--platform', platform, '--dev', 'false', '--out', bundle],
    {
      cwd: folder,
      env: { ...process.env, NODE_PATH: runtimes },
    },
  )
  return bundle
}

const preset = JSON.stringify(join(runtimes, '@react-native/babel-preset'))

function metroConfig(folder: string): string {
  return `module.exports = {
    projectRoot: ${JSON.stringify(folder)},
    watchFolders: [${JSON.stringify(runtimes)}],
    cacheStores: [],
    maxWorkers: 1,
    reporter: { update() {} },
    resolver: {
      useWatchman: false,
      nodeModulesPaths: [${JSON.stringify(runtimes)}],
      unstable_conditionNames: ['react-native'],
      unstable_conditionsByPlatform: { web: ['browser'] },
    },
    transformer: { babelTransformerPath: ${JSON.stringify(join(runtimes, 'metro-babel-transformer/src/index.js'))} },
  }`
}
