import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseChallenges } from '../contestants/ours.ts'
import type { Measure } from '../measure.ts'
import { interleave } from '../rounds.ts'
import { inWords, ratio, spreadOf } from '../spread.ts'

type Parse = (response: Response) => unknown

/** As the large services write them. */
const typical = [
  'Bearer',
  'Bearer realm="api", error="invalid_token", error_description="The access token expired"',
  'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource", error="invalid_token"',
  'DPoP algs="ES256 PS256", error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof"',
  'Bearer realm="", authorization_uri="https://login.example.com/common/oauth2/authorize", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="',
  'Basic realm="intranet", charset="UTF-8", Bearer realm="api", scope="read write"',
]

/** Nobody sends these in good faith. */
const hostile: Readonly<Record<string, (size: number) => string>> = {
  parameters: (size) => `Bearer ${Array.from({ length: size }, (_, index) => `p${index}=1`).join(', ')}`,
  backslashes: (size) => `Bearer realm="${'\\"'.repeat(size * 3)}"`,
  'no end quote': (size) => `Bearer realm="${'a, b='.repeat(size)}`,
  commas: (size) => `Bearer realm="a"${', '.repeat(size * 3)}`,
  schemes: (size) => Array.from({ length: size }, (_, index) => `S${index} x=1`).join(', '),
}
const sizes = [4_000, 8_000, 16_000]

export const parser: Measure = {
  name: 'parser',
  async run({ peers, isQuick, progress }) {
    const own: Parse = (response) => parseChallenges(response.headers)
    const theirs = peers.length ? await parserOfOauth4webapi() : undefined
    const contestants: readonly (readonly [string, Parse])[] = [
      ['authenticated-client', own],
      ...(theirs ? [['oauth4webapi', theirs] as const] : []),
    ]
    const responses = typical.map(responseWith)
    const runners = contestants.map(([name, parse]) => ({ name, run: async () => responses.forEach((each) => void parse(each)) }))
    const times = await interleave(runners, isQuick ? 100 : 300, 200)
    const by = theirs && ratio(times, 'oauth4webapi', 'authenticated-client')
    const perHeader = (name: string): string => (spreadOf(times[name]!).median / typical.length).toFixed(2)

    const growth = [['hostile headers, ms', ...sizes.map((size) => `${size}`), 'four times the size takes']]
    let steepest = 0
    for (const [kind, make] of Object.entries(hostile)) {
      for (const [name, parse] of contestants) {
        progress(`parser: ${kind}, ${name}`)
        const taken = sizes.map((size) => quickest(() => parse(responseWith(make(size)))))
        const factor = taken.at(-1)! / taken[0]!
        if (parse === own) steepest = Math.max(steepest, factor)
        growth.push([`${kind}, ${name}`, ...taken.map((each) => each.toFixed(2)), `${factor.toFixed(1)} ×`])
      }
    }

    const what = "the parser's speed on typical headers, by that of oauth4webapi's"
    const linear = 'its slowdown by four times the length of a hostile header'
    return {
      tables: [
        [
          ['typical challenges', 'µs a header', "times as fast as oauth4webapi's"],
          ...contestants.map(([name]) => [name, perHeader(name), name === 'oauth4webapi' ? '1' : by ? inWords(by) : 'not installed']),
        ],
        growth,
      ],
      rows: [{ what, goal: '≥ 2', ours: by ? inWords(by) : '', theInterceptor: 'reads none', peers: by ? '1 oauth4webapi' : '' }],
      verdicts: [
        ...(by ? [{ what, measured: by.median, is: 'at least', goal: 2, gate: 1 } as const] : []),
        { what: linear, measured: steepest, is: 'at most', goal: 6, gate: 10 },
      ],
    }
  },
}

function responseWith(header: string): Response {
  return new Response(null, { status: 401, headers: { 'www-authenticate': header } })
}

/** In milliseconds; the quickest of a few, for what disturbs only ever adds. */
function quickest(run: () => unknown): number {
  const taken = Array.from({ length: 7 }, () => {
    const began = performance.now()
    run()
    return performance.now() - began
  })
  return Math.min(...taken)
}

/** The published file, with its parser exported: as part of a call it would be measured with all that a call is. */
async function parserOfOauth4webapi(): Promise<Parse> {
  const published = new URL('../../peers/node_modules/oauth4webapi/build/index.js', import.meta.url)
  if (!existsSync(published)) throw new Error('oauth4webapi has moved its build')
  const folder = mkdtempSync(join(tmpdir(), 'authenticated-client-bench-'))
  const copy = join(folder, 'oauth4webapi.mjs')
  writeFileSync(copy, `${readFileSync(published, 'utf8')}\nexport { parseWwwAuthenticateChallenges }\n`)
  const { parseWwwAuthenticateChallenges } = (await import(pathToFileURL(copy).href)) as { parseWwwAuthenticateChallenges: Parse }
  rmSync(folder, { recursive: true })
  return parseWwwAuthenticateChallenges
}
