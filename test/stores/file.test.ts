import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fileStore } from '../../src/stores/file'
import { temporaryFolder } from './temporary-folder'

it('writes the file that a symbolic link names, even where that is not there yet', async () => {
  const folder = folderWithoutLinks()
  symlinkSync('later', join(folder, 'link'))
  symlinkSync(join('link', 'session.json'), join(folder, 'session'))
  const store = fileStore(join(folder, 'session'))

  await store.write({ accessToken: 'a' }, null)

  expect(existsSync(join(folder, 'later', 'session.json'))).toBe(true)
  expect(lstatSync(join(folder, 'session')).isSymbolicLink()).toBe(true)
  expect(await fileStore(join(folder, 'session')).read()).toEqual({ accessToken: 'a' })
})

it('leaves no tokens behind at a sign-out, not even those of a write that a crash cut short', async () => {
  const folder = folderWithoutLinks()
  const store = fileStore(join(folder, 'session.json'))
  await store.write({ accessToken: 'a' }, null)
  writeFileSync(join(folder, 'session.json.draft'), '{"version":1,"session":{"accessToken":"b"}}')

  expect(await store.write(null, { accessToken: 'a' })).toBe(true)

  expect(readdirSync(folder)).toEqual(['session.json.lock'])
})

it.each([
  ['there', () => {}],
  ['not there yet', (folder: string) => rmSync(join(folder, 'real', 'deep'), { recursive: true })],
  ['not there yet, nor what the link names', (folder: string) => rmSync(join(folder, 'real'), { recursive: true })],
])('has one name for one file, by every way to it, where its folder is %s', (_where, prepare) => {
  const folder = folderWithoutLinks()
  mkdirSync(join(folder, 'real', 'deep'), { recursive: true })
  symlinkSync(join(folder, 'real'), join(folder, 'alias'))
  prepare(folder)

  const names = ['real', 'alias'].map((way) => fileStore(join(folder, way, 'deep', 'session.json')).name)

  expect(new Set(names)).toEqual(new Set([join(folder, 'real', 'deep', 'session.json')]))
})

it('makes its calls throw where links lead in a circle', async () => {
  const folder = folderWithoutLinks()
  symlinkSync(join('missing', '..', 'session.json'), join(folder, 'session.json'))
  symlinkSync('there', join(folder, 'back'))
  symlinkSync('back', join(folder, 'there'))

  expect(fileStore(join(folder, 'session.json')).name).toBe(join(folder, 'session.json'))
  expect(() => fileStore(join(folder, 'back')).read()).toThrow(expect.objectContaining({ code: 'ERR_STORAGE' }))
})

function folderWithoutLinks(): string {
  return realpathSync(temporaryFolder())
}
