import { readdirSync, readFileSync } from 'node:fs'
import * as files from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterEach, expect, it, onTestFinished, vi } from 'vitest'
import { systemClock } from '../../src/platform/clock'
import { fileStore } from '../../src/stores/file'
import { removeFile, replaceFile } from '../../src/stores/replace-file'
import { temporaryFolder } from './temporary-folder'

vi.mock('node:fs/promises', { spy: true })
afterEach(() => void vi.resetAllMocks())

const hurried = { ...systemClock, sleep: async () => {} }

it.each(['EPERM', 'EACCES', 'EBUSY'])('waits on Windows until nobody has the file open (%s)', async (code) => {
  const file = join(temporaryFolder(), 'session.json')
  pretendToBeWindows()
  vi.mocked(files.rename).mockRejectedValueOnce(refusal(code)).mockRejectedValueOnce(refusal(code))
  await replaceFile(file, 'a session', hurried)
  expect(readFileSync(file, 'utf8')).toBe('a session')
  vi.mocked(files.rm).mockRejectedValueOnce(refusal(code))

  await removeFile(file, hurried)

  expect(readdirSync(dirname(file))).toEqual([])
})

it('gives up where the file stays open, and elsewhere than on Windows at once', async () => {
  const file = join(temporaryFolder(), 'session.json')
  vi.mocked(files.rename).mockRejectedValue(refusal('EPERM'))
  await expect(replaceFile(file, 'a session', hurried)).rejects.toThrow('EPERM')
  expect(files.rename).toHaveBeenCalledOnce()

  pretendToBeWindows()

  await expect(replaceFile(file, 'a session', hurried)).rejects.toThrow('EPERM')
})

it('leaves no draft of a session behind where it can not be moved to its place', async () => {
  const file = join(temporaryFolder(), 'session.json')
  vi.mocked(files.rename).mockRejectedValue(refusal('EBUSY'))

  await expect(replaceFile(file, 'a session', hurried)).rejects.toThrow('EBUSY')

  expect(readdirSync(dirname(file))).toEqual([])
})

it.each([
  ['may be used, and not read', async () => Promise.reject(refusal('EACCES'))],
  ['can not be synced', async () => folderWhoseSyncFails('EINVAL')],
])('reports success for what was written, even in a folder that %s', async (_what, openFolder) => {
  const real = await vi.importActual<typeof files>('node:fs/promises')
  const folder = dirname(fileStore(join(temporaryFolder(), 'session.json')).name as string)
  const store = fileStore(join(folder, 'session.json'))
  vi.mocked(files.open).mockImplementation(async (path, ...how) => (path === folder ? openFolder() : real.open(path, ...how)))

  expect(await store.write({ accessToken: 'a' }, null)).toBe(true)

  expect(await store.read()).toEqual({ accessToken: 'a' })
})

it('still reports a disk that fails while the folder is synced', async () => {
  const file = join(temporaryFolder(), 'session.json')
  const real = await vi.importActual<typeof files>('node:fs/promises')
  vi.mocked(files.open).mockImplementation(async (path, ...how) =>
    path === dirname(file) ? folderWhoseSyncFails('EIO') : real.open(path, ...how),
  )

  await expect(replaceFile(file, 'a session')).rejects.toThrow('EIO')
})

function refusal(code: string): Error {
  return Object.assign(new Error(code), { code })
}

function folderWhoseSyncFails(code: string): files.FileHandle {
  const handle: Partial<files.FileHandle> = { sync: () => Promise.reject(refusal(code)), close: async () => {} }
  return handle as files.FileHandle
}

function pretendToBeWindows(): void {
  const { platform } = process
  Object.defineProperty(process, 'platform', { value: 'win32' })
  onTestFinished(() => void Object.defineProperty(process, 'platform', { value: platform }))
}
