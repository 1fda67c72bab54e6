// The MCP SDK's streamable HTTP transport takes a fetch; with it, `authProvider` is not needed. Its session at the server is one user's:
// close it when theirs ends, with `onSessionChange(client, () => mcp.close())`.
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { AuthenticatedClient } from 'authenticated-client'

export async function mcpWith(client: AuthenticatedClient, url: string): Promise<Client> {
  const mcp = new Client({ name: 'my-app', version: '1.0.0' })

  await mcp.connect(new StreamableHTTPClientTransport(new URL(url), { fetch: client.fetch }))
  return mcp
}
