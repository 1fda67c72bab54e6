import { type Rule, when } from './rule'

/** Whoever changes something has to show that its own page asks for it. */
export const csrfRule: Rule = {
  cause: 'csrf',
  party: 'client',
  summary: 'The session is good, but its CSRF token is missing or outdated.',
  fixes: ['Send the CSRF token of this session with every request that changes something.', 'Fetch a new one after each sign-in.'],
  find: ({ status, words, quote, event, method, sent, authorization, answered, token }) => {
    const writes = !/^(GET|HEAD|OPTIONS)$/.test(method)
    // Rails, Jenkins, WordPress.
    const saysSo = /csrf|xsrf|forgery|authenticity ?token|change you wanted was rejected|valid crumb|cookie_invalid_nonce/.test(words)
    return (
      when(
        saysSo && (status ?? 400) >= 400,
        88,
        [quote, ...(writes ? [`The method is ${method}.`] : [])],
        token && !sent('cookie') ? tokenUnseen : undefined,
      ) ??
      when(status === 403 && /^required$/i.test(answered('x-csrf-token')), 93, 'The answer says X-CSRF-Token: Required, as SAP does.') ??
      when(
        status === 403 && writes && sent('cookie') && authorization === undefined,
        56,
        `A ${method} with a cookie was answered with 403, as frameworks do when a CSRF token is missing.`,
      ) ??
      when(status === 419, event || writes ? 72 : 66, 'Laravel answers an outdated CSRF token with status 419.')
    )
  },
}

/** What Rails says where it does not know the token, as Mastodon. */
const tokenUnseen = {
  summary: 'The server does not take the token that was sent, and asks for the CSRF token of a session instead.',
  fixes: ['Check whether the token is expired, revoked, or lost on the way.'],
}
