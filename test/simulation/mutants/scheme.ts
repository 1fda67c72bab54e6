import { firstWithSchemes } from '../plan'
import type { Mutant } from './mutant'

const judge = 'pipeline/judge.ts'
const select = 'pipeline/select-scheme.ts'
const roundTrip = 'pipeline/round-trip.ts'
const dpop = 'schemes/dpop.ts'

/** Faults of schemes and redirects: what goes where, how it is proved, and what is answered. */
export const schemeMutants: readonly Mutant[] = [
  {
    name: 'answers for a scheme as often as it is asked',
    first: firstWithSchemes,
    patches: [
      { file: judge, find: ' || tried.includes(scheme)', replace: '' },
      { file: dpop, find: "return answered || !response.headers.get('dpop-nonce') ? 'return' : 'replay'", replace: "return 'replay'" },
      { file: dpop, find: "return answered ? 'return' : 'replay'", replace: "return 'replay'" },
    ],
  },
  mutant('takes no notice of nonces', dpop, 'if (!originOf(url) || !nonce ||', 'if (url || !nonce ||'),
  mutant('shows the nonce of one server to another', dpop, '`API ${originOf(url)}`', "'API'"),
  mutant('takes a key of its own though another tab has kept one', dpop, '(await keyStore?.load()) ?? keys', 'keys'),
  mutant(
    'proves without the token that goes along',
    dpop,
    'await prove(request, current(), tokens.accessToken)',
    'await prove(request, current())',
  ),
  mutant(
    'asks the token endpoint no second time with the nonce that was missing',
    'grants/token-endpoint.ts',
    "if (Object(answer.body).error === 'use_dpop_nonce') answer = await post()",
    '',
  ),
  mutant(
    'presents what others have rotated while it made a proof',
    'session/presentation.ts',
    '...target, fetch: send, signal',
    '...target, fetch, signal',
  ),
  mutant(
    'sends a bound token as Bearer where that is asked for',
    select,
    'if (type && boundTypes.includes(type)) return type === lowerName(scheme)',
    'if (type) return true',
  ),
  {
    name: 'goes on with a token that should be bound and is not',
    first: firstWithSchemes,
    patches: [
      { file: select, find: "return names.includes(type) || (type === 'bearer'", replace: "return Boolean(type) || (type === 'bearer'" },
      { file: 'session/exchange.ts', find: '&& !isDowngrade', replace: '&& isDowngrade !== undefined' },
    ],
  },
  mutant(
    'answers what a redirect has led to',
    judge,
    '.test(response.url) && originOf(response.url) !== originOf(url)',
    '.test(response.url) && response.url === undefined',
  ),
  mutant('lets a proof follow a redirect', roundTrip, "{ ...init, redirect: 'manual' }", '{ ...init }'),
  mutant(
    'takes a key along to another origin',
    'schemes/follow-redirects.ts',
    'if (originOf(next) !== originOf(url))',
    'if (!originOf(next))',
  ),
  mutant(
    'takes the answer of whoever a token request was led to',
    'grants/redirect-target.ts',
    'const isFollowed = url && url !== asked && bare(url) !== bare(asked)',
    'const isFollowed = false as boolean && url',
  ),
  mutant(
    'sends what was signed for a session that is over',
    roundTrip,
    'if (scheme?.usesTokens && session.phase.epoch !== phase.epoch)',
    'if (scheme?.usesTokens && session.phase.epoch < 0)',
  ),
  mutant('insists on what an origin asked for elsewhere', select, "answer: next && 'replay'", 'answer: undefined'),
  mutant('says a count of Digest twice', 'schemes/digest.ts', 'const count = ++space.count', 'const count = space.count || ++space.count'),
]

function mutant(name: string, file: string, find: string, replace: string): Mutant {
  return { name, first: firstWithSchemes, patches: [{ file, find, replace }] }
}
