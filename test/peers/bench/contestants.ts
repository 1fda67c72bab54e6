import { axiosAuthRefresh } from './axios-auth-refresh.ts'
import { azureCore } from './azure-core.ts'
import { badgateway } from './badgateway.ts'
import { fetchExtras } from './fetch-extras.ts'
import { googleAuthLibrary } from './google-auth-library.ts'
import { kyRecipe } from './ky.ts'
import { mcpClient } from './mcp-client.ts'
import { oauth4webapi } from './oauth4webapi.ts'
import { ofetchHooks } from './ofetch.ts'
import { wretchRecipe } from './wretch.ts'

/** Those that are measured beside this package, each in the set-up that its own documentation shows; all take a fetch. */
export const contestants = [
  axiosAuthRefresh,
  kyRecipe,
  wretchRecipe,
  ofetchHooks,
  fetchExtras,
  badgateway,
  oauth4webapi,
  mcpClient,
  googleAuthLibrary,
  azureCore,
]
