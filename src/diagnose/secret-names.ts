/** What is called so holds a secret, in a query as in a body; Rails and PHP write `user[password]`. The source of a pattern: what stands around a name differs. */
export const secretName =
  '[\\w.[\\]%-]*(?:token|jwt|key|secret|pass(?:w(?:or)?d|phrase|code)?|pwd|pin|otp|assertion|sig(?:nature)?|credentials?|auth|code|appid|sid|session(?:[_-]?id)?)(?:\\]|%5D)?'
