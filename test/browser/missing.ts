/** In CI a missing browser is a failure: a suite that quietly shrinks proves nothing. */
export default function setup(): never {
  throw new Error('The browser tests could not run: neither @sparticuz/chromium (Linux x64 only) nor an installed Chrome starts here.')
}
