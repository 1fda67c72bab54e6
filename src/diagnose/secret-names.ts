/** What is called so holds a secret, in a query as in a body. The source of a pattern: what stands around a name differs. */
export const secretName =
  '[\\w.-]*(?:token|jwt|key|secret|pass(?:w(?:or)?d|phrase|code)?|pwd|pin|otp|assertion|sig(?:nature)?|credentials?|auth|code|sid|session(?:[_-]?id)?)'
