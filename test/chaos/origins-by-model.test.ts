import fc from 'fast-check'
import { expect, it } from 'vitest'
import { allowedTarget } from '../../src/pipeline/allowed-origins.ts'
import { runs } from '../support/property'
import { destination } from './url-model.ts'

// `npm run prove` sets PROVE_CASES, to a million; a decision is quick, so it makes five of each.
const cases = 5 * Number(process.env.PROVE_CASES ?? 10_000)
const allowed = ['https://api.example.com', 'http://127.0.0.1:8080', 'http://[::1]']
const bases = [undefined, 'https://api.example.com/v1/', 'http://127.0.0.1:8080/', 'https://elsewhere.example/page']

it(`lets credentials go where the URL standard says the request goes, if that is an allowed origin: ${cases} decisions by model (A1–A12)`, () => {
  let sent = 0
  const targets = new Map(bases.map((base) => [base, allowedTarget(allowed, () => base)]))

  fc.assert(
    fc.property(url, fc.constantFrom(...bases), (input, base) => {
      const target = targets.get(base)?.(input)
      const meant = destination(input, base)

      const isAllowed = meant !== undefined && !meant.hasUser && allowed.includes(meant.origin)
      if ((target !== undefined) !== isAllowed)
        throw new Error(`${JSON.stringify(input)} against ${base}: ${target}, but ${JSON.stringify(meant)}`)
      if (target === undefined) return
      sent++
      // Exactly the URL that was judged is sent, and it needs no base.
      const again = destination(target, undefined)
      if (again?.origin !== meant?.origin || again?.hasUser) throw new Error(`${JSON.stringify(input)} went to ${JSON.stringify(target)}`)
      if (new URL(target).href !== new URL(input, base).href) throw new Error(`${JSON.stringify(input)} became ${JSON.stringify(target)}`)
    }),
    runs(cases),
  )

  expect(sent).toBeGreaterThan(cases / 20)
}, 0)

const blank = fc.constantFrom('', '', '', '', '', '\t', '\n', '\r', ' ', '\0')
const scheme = fc.constantFrom(
  'https:',
  'https:',
  'http:',
  'HTTPS:',
  'ht\ntps:',
  '',
  '',
  'blob:https:',
  'javascript:',
  'data:',
  'file:',
  'wss:',
  'https',
  'h',
)
const slashes = fc.constantFrom('//', '//', '//', '', '/', '///', '\\\\', '/\\', '\\/', '\\', '/\t/', ':')
const user = fc.constantFrom(
  '',
  '',
  '',
  '',
  'user@',
  'user:pass@',
  'api.example.com@',
  'api.example.com:443@',
  '@',
  ':@',
  '%40',
  'a@b@',
  'x\\@',
)
const host = fc.constantFrom(
  'api.example.com',
  'api.example.com',
  'API.Example.COM',
  'api.example.com.',
  'api.example.com.evil.example',
  'api%2eexample%2ecom',
  'api%2Eexample.com%2eevil.example',
  'api。example。com',
  'ａｐｉ.example.com',
  'аpi.example.com',
  'api\u00ad.example.com',
  'evil.example',
  'evil.example%00.api.example.com',
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f.1',
  '0x7f000001',
  '0177.0.0.1',
  '127.0.0.1.',
  '127.0.0.256',
  '127.0.0.09',
  '127.0.0.1.evil.example',
  '１２７.0.0.1',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  'localhost',
  '',
)
const port = fc.constantFrom('', '', ':', ':443', ':80', ':8080', ':0443', ':08080', ':444', ':65536', ':8o80', ':４４３')
const tail = fc.constantFrom(
  '',
  '/',
  '/me',
  '?q',
  '#f',
  '\\me',
  '/../..//evil.example',
  '/@evil.example',
  '?@evil.example',
  '/%2f%2fevil.example',
  '.evil.example',
  '@evil.example/',
)
const noise = fc.string({ maxLength: 2, unit: fc.constantFrom('/', '\\', '@', ':', '?', '#', '.', '%', '[', ']', '\t', ' ', 'a', '0') })

const url = fc
  .tuple(blank, scheme, slashes, user, host, blank, port, fc.oneof({ weight: 4, arbitrary: tail }, { weight: 1, arbitrary: noise }), blank)
  .map((parts) => parts.join(''))
