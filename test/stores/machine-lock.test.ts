import { mkdirSync, readdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { machineLock } from '../../src/stores/machine-lock'
import { temporaryFolder } from './temporary-folder'

it('can be taken after more holders in a row have died than a path has room for, and leaves nothing of theirs behind', async () => {
  const folder = folderWithRoomFor(110)
  for (let deaths = 0; deaths < 45; deaths++) await dieHolding(folder)

  const held = await machineLock(folder).hold('a', async () => 'held', patient)

  expect([held, readdirSync(folder)]).toEqual(['held', []])
})

const patient = { waitTimeout: 10_000 }

/** Leaves what the killed leave: their folder where it was, with a socket in it that nobody listens to. */
async function dieHolding(folder: string): Promise<void> {
  const aside = join(temporaryFolder(), 'place')
  const place = await machineLock(folder).hold('a', async () => movedAway(folder, aside), patient)
  renameSync(aside, place)
}

function movedAway(folder: string, aside: string): string {
  const [name = ''] = readdirSync(folder)
  renameSync(join(folder, name), aside)
  return join(folder, name)
}

/** One so deep that the longest path goes on for so many characters only. */
function folderWithRoomFor(characters: number): string {
  const base = temporaryFolder()
  const left = 4095 - characters - base.length
  const folder = join(base, ...Array(Math.floor(left / 200)).fill('f'.repeat(199)), 'f'.repeat(left % 200))
  mkdirSync(folder, { recursive: true })
  return folder
}
