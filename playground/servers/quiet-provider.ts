import type { Provider as OidcProvider } from 'oidc-provider'

type Configuration = ConstructorParameters<typeof OidcProvider>[1]

/** `new Provider(…)` of `oidc-provider`, without its warnings about Node 20 and about settings that only a playground may have. */
export function quietProvider(issuer: string, configuration: Configuration): OidcProvider {
  const restore = muteWarnings()
  try {
    return new Provider(issuer, configuration)
  } finally {
    restore()
  }
}

// One warning comes as soon as the package is loaded. A static import would run before anything here could listen.
const restore = muteWarnings()
const { Provider } = await import('oidc-provider').finally(restore)

function muteWarnings(): () => void {
  const warn = console.warn
  const hush: typeof console.warn = (...lines) => {
    if (!String(lines[0]).includes('oidc-provider WARNING')) warn(...lines)
  }
  console.warn = hush
  return () => {
    if (console.warn === hush) console.warn = warn
  }
}
