import { expect, it } from 'vitest'
import { leftOut } from '../../src/session/left-out'

const held = { accessToken: 'a', refreshToken: 'r', idToken: 'i', scope: 'read', sessionId: 's' }

it.each([
  ['lacks both', { accessToken: 'b' }, { refreshToken: 'r', idToken: 'i' }],
  ['has none of them but in name (F19)', { accessToken: 'b', refreshToken: '', idToken: undefined }, { refreshToken: 'r', idToken: 'i' }],
  ['has one of its own', { accessToken: 'b', refreshToken: 'r2' }, { idToken: 'i' }],
  ['is the marker of a cookie session, which has no tokens', { sessionId: 's', counter: 0 }, {}],
])('an answer that %s leaves the session its own', (_, answer, kept) => {
  expect(leftOut(answer, held)).toEqual(kept)
})
