import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseChallenges } from '../../src/challenge/parse-challenges'
import { runs } from '../support/property'
import { type Choices, cases, casesTimeout, choices } from './choices'
import { challenge, expectSame } from './comparable'
import { corpus } from './corpus'
import { writeChallenge } from './grammar'

const good = challenge('Digest', [['nonce', 'n']])

describe('parseChallenges, on malformed fields', () => {
  it.each([
    ['an unterminated quote', 'Bearer error="invalid_token'],
    ['a lone backslash at the end', 'Bearer error="invalid_token\\'],
    ['an escaped closing quote', 'Bearer error="invalid_token\\"'],
    ['a lone quote', '"'],
    ['quotes that pair the wrong way', 'Bearer realm="x"y", error="invalid_token"'],
  ])('drops %s with the rest of its line, and nothing else (A23, A24)', (_what, bad) => {
    expect(parseChallenges(bad)).toEqual([])
    expect(parseChallenges(`Digest nonce=n, ${bad}`)).toEqual([good])
    expect(parseChallenges(['Digest nonce=n', bad, 'Digest nonce=n'])).toEqual([good, good])
    expect(parseChallenges(`Digest nonce=n, ${bad}, Basic realm=x`)).toEqual([good])
  })

  it.each([
    ['a NUL', 'Bearer error="invalid\0token"'],
    ['an escaped NUL', 'Bearer error="invalid\\\0token"'],
    ['a line break', 'Bearer error="invalid\r\ntoken"'],
    ['a control character', 'Bearer error="invalid\x1ftoken"'],
    ['DEL', 'Bearer error="invalid\x7ftoken"'],
    ['a NUL outside quotes', 'Bearer\0error=x'],
    ['a line break for a blank', 'Bearer\nerror=x'],
    ['a control character in a token', 'Bearer error=in\x01valid'],
  ])('drops a challenge with %s, and no other (A23)', (_what, bad) => {
    expect(parseChallenges(bad)).toEqual([])
    expect(parseChallenges(`Digest nonce=n, ${bad}, Digest nonce=n`)).toEqual([good, good])
  })

  it.each([
    ['Bearer "x"'],
    ['Bearer @'],
    ['Bearer  @'],
    ['Bearer@ a=b'],
    ['Bearer/x'],
    ['Bearer;a=b'],
    ['Bearer a=b@'],
    ['Bearer a=b=c'],
    ['Bearer a="b"c'],
    ['Bearer a="b"c=d'],
    ['Bearer a="b""c"'],
    ['Bearer a=b"c"'],
    ['Bearer a="b"/'],
    ['Bearer a=/'],
    ['Bearer a==b'],
    ['Bearer a= =b'],
    ['Bearer abc= ='],
    ['Bearer abc== x'],
    ['Bearer abc x=y'],
    ['Bearer abc/def x'],
    ['Bearer realm="x" trailing'],
    ['Bearer realm="x" trailing more=y'],
    ['Bearer realm=x Bearer'],
    ['Bearer realm=x Bearer error=y'],
    ['Bearer realm=x =y'],
    ["Bearer realm=x, error='a b'"],
    ['Bearer realm=x, error='],
    ['Bearer realm=x, error=, scope=y'],
    ['Bearer realm=x, error="a" b, scope=y'],
    ['Bearer abc=, error=x'],
    ['Bearer abc=, error=x, scope=y'],
    ['Bearer authorization_uri=https://login.example/authorize, error=x'],
    ['@ error=x, error=y'],
    ['=x, error=y'],
    ['"Bearer" error=x, error=y'],
    ['(comment), error=x'],
    ['\\, error=x'],
  ])('drops %s whole, and no other challenge', (bad) => {
    expect(parseChallenges(bad)).toEqual([])
    expect(parseChallenges(`Digest nonce=n, ${bad}, Digest nonce=n`)).toEqual([good, good])
    expect(parseChallenges(`Negotiate abc=, ${bad}, Digest nonce=n`)).toEqual([challenge('Negotiate', [], 'abc='), good])
    expect(parseChallenges(['Digest nonce=n', bad, 'Digest nonce=n'])).toEqual([good, good])
  })

  it('drops the challenge that a malformed parameter belongs to', () => {
    expect(parseChallenges('Basic, Bearer realm="x", error=in/valid, scope="y", Digest nonce=n')).toEqual([challenge('Basic'), good])
  })

  it('skips parameters that belong to nobody, also at the beginning of a line', () => {
    expect(parseChallenges('realm="x", error=invalid_token, Digest nonce=n')).toEqual([good])
    expect(parseChallenges(['Bearer realm="x"', 'error="invalid_token"'])).toEqual([challenge('Bearer', [['realm', 'x']])])
    expect(parseChallenges('  realm=x, Digest nonce=n')).toEqual([good])
    expect(parseChallenges(', error="x, Basic", Digest nonce=n')).toEqual([good])
  })

  it('lets a malformed line swallow what Headers joined to it, but no line of an array', () => {
    const lines = ['Bearer realm="x', 'Basic realm="y"']

    expect(parseChallenges(lines)).toEqual([challenge('Basic', [['realm', 'y']])])
    expect(parseChallenges(lines.join(', '))).toEqual([])
  })

  it('forgives a missing comma between parameters, as Google Cloud Run sends it', () => {
    expect(parseChallenges('Bearer error="invalid_token" error_description="The access token could not be verified"')).toEqual([
      challenge('Bearer', [
        ['error', 'invalid_token'],
        ['error_description', 'The access token could not be verified'],
      ]),
    ])
    expect(parseChallenges('Bearer a=b\tC = "\\d"  e="f" , Digest nonce=n')).toEqual([
      challenge('Bearer', [
        ['a', 'b'],
        ['c', 'd'],
        ['e', 'f'],
      ]),
      good,
    ])
  })

  it(
    'reads each line as if it were alone, whatever the others hold (A23)',
    () => {
      fc.assert(
        fc.property(choices(120), (choices) => {
          const lines = [writeChallenge(choices)[0], junk(choices), writeChallenge(choices)[0], junk(choices)]

          const together = parseChallenges(lines)

          expectSame(
            together,
            lines.flatMap((line) => parseChallenges(line)),
            lines,
          )
        }),
        runs(cases),
      )
    },
    casesTimeout,
  )

  it(
    'keeps every good challenge around malformed ones, in their own line or the same (A23, A24)',
    () => {
      fc.assert(
        fc.property(choices(160), (choices) => {
          const parts: string[] = []
          const kept: ReturnType<typeof challenge>[] = []
          for (let left = 1 + choices.below(5); left > 0; left--) {
            if (choices.once(2)) parts.push(writeMalformed(choices))
            else {
              const [text, says] = writeChallenge(choices)
              parts.push(text)
              kept.push(says)
            }
          }

          expectSame(parseChallenges(parts.join(' ,')), kept, parts)
          expectSame(parseChallenges(parts), kept, parts)
          expectSame(parseChallenges([...parts, 'Bearer realm="x']), kept, parts)
          expectSame(parseChallenges([...parts, 'Bearer realm="x'].join(',')), kept, parts)
        }),
        runs(cases),
      )
    },
    casesTimeout,
  )

  it(
    'never throws, whatever it is given (A22, A23)',
    () => {
      fc.assert(
        fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' })), fc.anything()), (value) => {
          expect(parseChallenges(value as string)).toBeInstanceOf(Array)
        }),
        runs(cases / 10),
      )
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
          parseChallenges(String.fromCharCode(...bytes))
        }),
        runs(cases),
      )
    },
    casesTimeout,
  )
})

/** A challenge that isn't one: it begins like one, or like nothing, and its quotes pair. */
function writeMalformed(choices: Choices): string {
  const [text] = writeChallenge(choices)
  const defect = choices.pick([
    ' @',
    ' "x"',
    ', x=',
    ', x=y@',
    ', x="y"z',
    ', x="\0"',
    ', x="\\\x7f"',
    ' x',
    ' x=y z',
    ', x=/',
    ', x=é',
    ' , x=(y)',
  ])
  const scheme = choices.pick(['Bearer', 'Basic'])
  return choices.pick([
    `${scheme} a=b${defect}`,
    `${scheme} x=/ , error=x`,
    `@${text}`,
    `"${scheme} x", error=x`,
    `${scheme}" , " a=b, c=d`,
    `\\${scheme} a=b`,
    '\0',
    '= x',
    `${scheme} abc==, a=b`,
    `${scheme} "x, ${scheme} a=b"`,
  ])
}

function junk(choices: Choices): string {
  const field = choices.pick(corpus)
  const from = choices.below(64)
  return choices.pick(['"', '\\', '\0', ',', '']) + field.slice(from, from + choices.below(64)) + choices.pick(['"', '\\', '=', 'a="', ''])
}
