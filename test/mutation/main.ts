import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { areas } from './areas.ts'

// npm run mutation [-- --only challenge]: how many changes to the code that matters most go unnoticed by its tests.
const { values } = parseArgs({ options: { only: { type: 'string' } } })
const goal = 90
const root = fileURLToPath(new URL('../..', import.meta.url))
const stryker = fileURLToPath(new URL('node_modules/@stryker-mutator/core/bin/stryker.js', import.meta.url))
if (!existsSync(stryker)) throw new Error('Stryker is not here: npm ci --prefix test/mutation brings it.')

const scores = Object.entries(areas)
  .filter(([area]) => !values.only || values.only === area)
  .map(([area, { mutate }]) => {
    const args = ['run', 'test/mutation/stryker.config.json', '--mutate', mutate.join(',')]
    spawnSync(process.execPath, [stryker, ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, MUTATION_AREA: area } })
    return { area, ...counted(area) }
  })

for (const { area, killed, survived } of scores) {
  console.log(`${area}: ${killed} of ${killed + survived} killed, ${((100 * killed) / (killed + survived)).toFixed(1)} %`)
}
const [killed, survived] = (['killed', 'survived'] as const).map((key) => scores.reduce((sum, score) => sum + score[key], 0)) as [
  number,
  number,
]
console.log(`${killed} of ${killed + survived} killed, ${((100 * killed) / (killed + survived)).toFixed(1)} %`)
if ((100 * killed) / (killed + survived) < goal) process.exitCode = 1

function counted(area: string): { killed: number; survived: number } {
  const path = `${root}.cache/mutation.json`
  const { files } = JSON.parse(readFileSync(path, 'utf8')) as { files: Record<string, { mutants: readonly { status: string }[] }> }
  if (!areas[area]?.mutate.every((name) => name in files)) throw new Error(`No report for ${area}`)
  const statuses = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status))
  const isKilled = (status: string): boolean => status === 'Killed' || status === 'Timeout'
  return { killed: statuses.filter(isKilled).length, survived: statuses.filter((status) => /Survived|NoCoverage/.test(status)).length }
}
