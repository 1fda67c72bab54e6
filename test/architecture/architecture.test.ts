import { describe, expect, it } from 'vitest'
import { readProject } from './project'
import { nothingIsLogged, platformsAreHandedIn, timeAndChanceComeFromTheClock } from './rules/globals'
import { modulesKeepNoState, nothingRunsAtImport } from './rules/import-time'
import {
  entryPointsOnlyReExport,
  filesHaveNamesOfTheirOwn,
  importsGoDown,
  importsMakeNoCircle,
  importsNameTheExactFile,
  packagesComeInThroughOneDoor,
} from './rules/imports'
import { hermesCanParseIt, typesAreWithoutTricks } from './rules/syntax'

describe('src/', () => {
  const project = readProject()

  it('imports from the own folder or from a lower floor only', () => expect(importsGoDown(project)).toEqual([]))
  it('imports in no circle, types included', () => expect(importsMakeNoCircle(project)).toEqual([]))
  it('imports from the exact file', () => expect(importsNameTheExactFile(project)).toEqual([]))
  it('imports each package through one door', () => expect(packagesComeInThroughOneDoor(project)).toEqual([]))
  it('has entry points that only re-export', () => expect(entryPointsOnlyReExport(project)).toEqual([]))
  it('has files that are named after one idea', () => expect(filesHaveNamesOfTheirOwn(project)).toEqual([]))
  it('touches platform globals only where a platform is expected', () => expect(platformsAreHandedIn(project)).toEqual([]))
  it('asks the clock for time and chance', () => expect(timeAndChanceComeFromTheClock(project)).toEqual([]))
  it('logs nothing', () => expect(nothingIsLogged(project)).toEqual([]))
  it('runs nothing at import', () => expect(nothingRunsAtImport(project)).toEqual([]))
  it('keeps no state in modules', () => expect(modulesKeepNoState(project)).toEqual([]))
  it('uses no syntax that Hermes refuses', () => expect(hermesCanParseIt(project)).toEqual([]))
  it('has types without tricks', () => expect(typesAreWithoutTricks(project)).toEqual([]))

  it('imports jwt-decode once', () => {
    const imports = project.files.filter(({ ast }) => /from 'jwt-decode'/.test(ast.text))

    expect(imports.map(({ path }) => path)).toEqual(['tokens/jwt.ts'])
  })
})
