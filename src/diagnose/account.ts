/** Whoever it is, is not there any more, or may not come in. */
export const accountGone =
  /(user|account|email|your email address)( is| was| has been|_)? ?(inactive|(is )?not (active|(yet )?(confirmed|verified))|disabled|deleted|suspended|deactivated|locked)|lockedout|confirm your email/

export const noAccount = {
  summary: 'The account is disabled, locked or deleted, or not confirmed yet.',
  fixes: ['Ask whoever runs the server about the account.', 'A refresh does not help.'],
}
