import { describe, expect, it } from 'vitest'
import { projectOf, type Rule } from './project'
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

type Sources = Readonly<Record<string, string>>

// A rule that can't fire proves nothing: each is shown what it must refuse, and what it must let through.
const cases: readonly { readonly rule: Rule; readonly refuses: readonly Sources[]; readonly allows: readonly Sources[] }[] = [
  {
    rule: importsGoDown,
    refuses: [
      { 'errors/a.ts': `import { b } from '../platform/b'`, 'platform/b.ts': 'export const b = 1' },
      { 'tokens/a.ts': `import type { B } from '../challenge/b'`, 'challenge/b.ts': 'export type B = 1' },
      { 'session/a.ts': `export { b } from '../pipeline/b'`, 'pipeline/b.ts': 'export const b = 1' },
      { 'session/a.ts': `export let b: import('../client/b').B`, 'client/b.ts': 'export type B = 1' },
      { 'client/a.ts': `import { b } from '../index'`, 'index.ts': `export { b } from './errors/b'`, 'errors/b.ts': 'export const b = 1' },
      { 'client/a.ts': `import { b } from '../extras/b'`, 'extras/b.ts': 'export const b = 1' },
      { 'extras/a.ts': `import { b } from '../errors/b'`, 'errors/b.ts': 'export const b = 1' },
    ],
    allows: [
      { 'client/a.ts': `import { b } from '../errors/b'`, 'errors/b.ts': 'export const b = 1' },
      { 'client/a.ts': `import { b } from './b'`, 'client/b.ts': 'export const b = 1' },
      { 'index.ts': `export { b } from './client/b'`, 'client/b.ts': 'export const b = 1' },
    ],
  },
  {
    rule: importsMakeNoCircle,
    refuses: [
      {
        'session/a.ts': `import { b } from './b'\nexport const a = b`,
        'session/b.ts': `import { c } from './c'\nexport const b = c`,
        'session/c.ts': `import type { a } from './a'\nexport const c = 1 as unknown as typeof a`,
      },
    ],
    allows: [
      {
        'session/a.ts': `import { b } from './b'\nimport { c } from './c'\nexport const a = b + c`,
        'session/b.ts': `import { c } from './c'\nexport const b = c`,
        'session/c.ts': 'export const c = 1',
      },
    ],
  },
  {
    rule: importsNameTheExactFile,
    refuses: [
      { 'client/a.ts': `import { b } from '../session'`, 'session/index.ts': 'export const b = 1' },
      { 'client/a.ts': `import { b } from '../session/b.js'`, 'session/b.ts': 'export const b = 1' },
    ],
    allows: [{ 'client/a.ts': `import { b } from '../session/b'`, 'session/b.ts': 'export const b = 1' }],
  },
  {
    rule: packagesComeInThroughOneDoor,
    refuses: [
      { 'session/a.ts': `import { jwtDecode } from 'jwt-decode'` },
      { 'tokens/a.ts': `import type { JwtPayload } from 'jwt-decode'` },
      { 'tokens/jwt.ts': `import lodash from 'lodash'` },
      { 'session/a.ts': `import { readFileSync } from 'node:fs'` },
    ],
    allows: [
      { 'tokens/jwt.ts': `import { jwtDecode } from 'jwt-decode'` },
      { 'stores/file.ts': `import { open } from 'node:fs/promises'` },
    ],
  },
  {
    rule: entryPointsOnlyReExport,
    refuses: [{ 'index.ts': 'export const a = 1' }, { 'node.ts': `import './client/a'` }, { 'index.ts': 'export {}' }],
    allows: [{ 'index.ts': `export { a } from './client/a'\nexport type { B } from './client/a'` }],
  },
  {
    rule: filesHaveNamesOfTheirOwn,
    refuses: [
      'session/index.ts',
      'session/utils.ts',
      'client/types.ts',
      'session/helpers.ts',
      'session/singleFlight.ts',
      'session/deep/a.ts',
    ].map((path) => ({
      [path]: 'export const a = 1',
    })),
    allows: [{ 'index.ts': 'export {}' }, { 'session/single-flight.ts': 'export const a = 1' }],
  },
  {
    rule: platformsAreHandedIn,
    refuses: [
      ...[
        'globalThis.fetch("")',
        'fetch("")',
        'const send = fetch',
        'navigator.locks',
        'location.href',
        'document.title',
        'localStorage.getItem("")',
        'crypto.randomUUID()',
        'process.env',
        'Buffer.from("")',
        'btoa("")',
        'atob("")',
        'new BroadcastChannel("")',
        'queueMicrotask(() => {})',
        'structuredClone(1)',
        'new DOMException()',
        'typeof window === "undefined"',
        'const { fetch } = globalThis',
        'const box = { fetch }',
        'const { a = navigator } = { a: undefined }',
        'Bun.file("")',
        'eval("")',
        'new WeakRef({})',
      ].map((text) => ({ 'session/a.ts': `export function a(): void { ${text} }` })),
      { 'session/a.ts': 'export class A extends EventTarget {}' },
    ],
    allows: [
      { 'platform/a.ts': 'export const a = () => globalThis.fetch("")' },
      { 'stores/a.ts': 'export const a = () => localStorage.getItem("")' },
      { 'session/a.ts': 'export type Send = typeof fetch\nexport type Page = Document' },
      { 'session/a.ts': 'export const a = (fetch: () => void, box: { location: string }) => { fetch(); return box.location }' },
      {
        'session/a.ts':
          'export const a = () => [new URL(""), new Headers(), new AbortController().signal, Promise.resolve(), undefined, new Map()]',
      },
      { 'session/a.ts': 'export class A extends Error { fetch(): void { navigator: for (;;) break navigator } }' },
      {
        'session/a.ts': `import { fetch } from '../platform/b'\nexport const a = () => fetch()`,
        'platform/b.ts': 'export const fetch = () => globalThis.fetch("")',
      },
    ],
  },
  {
    rule: timeAndChanceComeFromTheClock,
    refuses: [
      'Date.now()',
      'new Date()',
      'Date()',
      'const { now } = Date',
      'Math.random()',
      'const math = Math',
      'performance.now()',
      'setTimeout(() => {}, 1)',
      'clearTimeout(1)',
      'setInterval(() => {}, 1)',
      'AbortSignal.timeout(1)',
    ].flatMap((text) =>
      ['session/a.ts', 'stores/a.ts', 'platform/a.ts', 'index.ts'].map((path) => ({ [path]: `export function a(): void { ${text} }` })),
    ),
    allows: [
      { 'platform/clock.ts': 'export const clock = { now: () => Date.now(), random: () => Math.random() }' },
      {
        'session/a.ts':
          'export const a = (text: string) => [Date.parse(text), new Date(1), Math.max(1, 2), new Date(text) instanceof Date]',
      },
      { 'session/a.ts': 'export const a = (signal: AbortSignal) => AbortSignal.abort(signal instanceof AbortSignal)' },
    ],
  },
  {
    rule: nothingIsLogged,
    refuses: ['session/a.ts', 'platform/a.ts', 'stores/a.ts'].map((path) => ({ [path]: 'export const a = () => console.warn("")' })),
    allows: [{ 'session/a.ts': 'export const a = (console: { log(): void }) => console.log()' }],
  },
  {
    rule: nothingRunsAtImport,
    refuses: [
      'export const a = compute()\nfunction compute(): number { return 1 }',
      'export const a = new URL("https://example.com")',
      'export const a = new TextEncoder()',
      'export const a = globalThis.location',
      'export const a = { b: Object.keys({}) }',
      'if (1) { }',
      'for (;;) break',
      'export class A { static readonly b = Object.keys({}) }',
      'export class A { static { Object.keys({}) } }',
      'export class A { [String(1)] = 1 }',
      'export class A extends mixin() {}\ndeclare function mixin(): new () => object',
      'export enum A { B }',
      'export const a = `${String(1)}`',
      'Object.freeze({})',
    ].map((text) => ({ 'session/a.ts': text })),
    allows: [
      'export const a = { b: [1, "2", /3/, -4, null, true] as const, c: () => Object.keys({}), d() {} } satisfies object',
      'export const a = Symbol.for("a")\nexport const b = Object.freeze({ a: 1 })\nexport const c = 60 * 1_000\nexport const d = `${c} ms`',
      'export class A extends Error { static readonly b = 1; readonly #c = Object.keys({}); [Symbol.iterator](): void {} }',
      'const a = Symbol.for("a")\nexport class A { readonly [a] = true }',
      'export const names: ReadonlySet<string> = new Set(["a", "b"])',
      'export declare const a: number\nexport interface B {}\nexport type C = 1\nexport abstract class D {}\nexport async function e(): Promise<void> {}',
    ].map((text) => ({ 'session/a.ts': text })),
  },
  {
    rule: modulesKeepNoState,
    refuses: [
      'export let a = 1',
      'export var a = 1',
      'const a = new Map()\nexport const b = () => a.size',
      'const a = new WeakMap<object, string>()\nexport const b = a',
      'const a: string[] = []\nexport const b = () => a.push("")',
      'const a: Record<string, string> = {}\nexport const b = () => a',
      'const a = { b: 1 }\nexport const c = () => { a.b = 2 }',
      'const a = { b: 1 }\nexport const c = () => { a.b++ }',
      'const a = { b: [1] }\nexport const c = () => { a.b[0] = 2 }',
      'const a: { b?: number } = { b: 1 }\nexport const c = () => { delete a.b }',
      'const a = ["x"]\nexport const b = () => a.push("y")',
      'export class A { static b = 1 }',
    ].map((text) => ({ 'session/a.ts': text })),
    allows: [
      'export const a = 1\nexport const b = { c: 1 }\nexport const d = ["x"]',
      'export const a = () => { const b = new Map(); let c = 1; c += 1; b.set(c, c); return b }',
      'export class A { static readonly b = 1; #c = new Map(); d(): void { this.#c.set(1, 1) } }',
      'export const names: ReadonlyMap<string, number> = new Map([["a", 1]])',
      'const a = /b/y\nexport const c = (text: string) => { a.lastIndex = 1; return a.test(text) }',
    ].map((text) => ({ 'session/a.ts': text })),
  },
  {
    rule: hermesCanParseIt,
    refuses: [
      'export const a = () => import("./a")',
      'export const a = () => import.meta.url',
      'export async function* a() { yield 1 }',
      'export const a = { async *b() { yield 1 } }',
      'export async function a(b: AsyncIterable<1>) { for await (const c of b) void c }',
      'export const a = await Promise.resolve(1)',
      'export const a = /[a]/v',
      'export const a = /[a]/gv',
      'export class A { static { void 0 } }',
      'export function a(b: Disposable) { using c = b; void c }',
      'export async function a(b: AsyncDisposable) { await using c = b; void c }',
    ].map((text) => ({ 'session/a.ts': text })),
    allows: [
      'export async function a(b: Promise<1>) { const c = await b; return c ?? /v/g }\nexport function* d() { yield 1 }',
      'export class A { #b = 1; c(): void { this.#b ||= 2 } }',
    ].map((text) => ({ 'session/a.ts': text })),
  },
  {
    rule: typesAreWithoutTricks,
    refuses: [
      'export const a = (b: any) => b',
      'export const a = 1 as any',
      'export type A = Record<string, any>',
      '// @ts-ignore\nexport const a: string = 1',
      '// @ts-expect-error\nexport const a: string = 1',
      '// @ts-nocheck\nexport const a: string = 1',
    ].map((text) => ({ 'session/a.ts': text })),
    allows: [{ 'session/a.ts': 'export const any = (b: unknown) => b' }],
  },
]

describe.each(cases)('the rule $rule.name', ({ rule, refuses, allows }) => {
  it.each(refuses)('refuses %j', (sources) => {
    expect(rule(projectOf(sources))).not.toEqual([])
  })

  it.each(allows)('allows %j', (sources) => {
    expect(rule(projectOf(sources))).toEqual([])
  })
})
