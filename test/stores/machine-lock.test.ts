import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { machineLock } from '../../src/stores/machine-lock'
import { handClock } from './hand-clock'
import { temporaryFolder } from './temporary-folder'

it('can be taken after more holders in a row have died than a path has room for, and leaves nothing of theirs behind', async () => {
  const folder = folderWithRoomFor(110)
  for (let deaths = 0; deaths < 45; deaths++) await dieHolding(folder)

  const held = await machineLock(folder).hold('a', async () => 'held', patient)

  expect([held, readdirSync(folder)]).toEqual(['held', []])
})

it('looks again only after a pause where the holder turns it away, as one does that has no file descriptor left for a visitor', async () => {
  const folder = temporaryFolder()
  const { place, visitors } = await holderIn(folder, (visitor) => visitor.destroy())
  const clock = handClock()

  const held = machineLock(folder, clock).hold('a', async () => 'held', patient)
  await expect.poll(() => [visitors.length, clock.sleeping]).toEqual([2, 2]) // Its pause, and the limit of its wait.
  clock.advance(150)
  await expect.poll(() => [visitors.length, clock.sleeping]).toEqual([3, 2])
  rmSync(place, { recursive: true })
  clock.advance(150)

  expect(await held).toBe('held')
})

it('goes on without a pause where the holder is killed', async () => {
  const folder = temporaryFolder()
  const { visitors, kill } = await holderIn(folder, () => {})
  const clock = handClock()
  const held = machineLock(folder, clock).hold('a', async () => 'held', patient)
  await expect.poll(() => visitors.length).toBe(1)

  kill()

  expect(await held).toBe('held')
})

const patient = { waitTimeout: 10_000 }

/** Leaves what the killed leave: their folder where it was, with a socket in it that nobody listens to. */
async function dieHolding(folder: string): Promise<void> {
  const aside = join(temporaryFolder(), 'place')
  const place = await machineLock(folder).hold('a', async () => movedAway(folder, aside), patient)
  renameSync(aside, place)
}

/** A holder as another process is one: with a socket that listens. */
async function holderIn(folder: string, letIn: (visitor: Socket) => void) {
  const place = await machineLock(folder).hold('a', async () => join(folder, readdirSync(folder).join()), patient)
  const visitors: Socket[] = []
  const server = createServer((visitor) => {
    visitors.push(visitor)
    letIn(visitor)
  })
  mkdirSync(place)
  await new Promise<void>((resolve) => server.listen(join(place, 's-holder'), resolve))
  const kill = (): void => {
    const aside = join(temporaryFolder(), 'place')
    renameSync(place, aside) // Or Node would remove the socket, which the killed leave behind.
    server.close()
    for (const visitor of visitors) visitor.destroy()
    renameSync(aside, place)
  }
  onTestFinished(() => void server.close())
  return { place, visitors, kill }
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
