// What the recipe beside this uses of the platform. In your project `wrangler types` or @cloudflare/workers-types declares it all.
declare module 'cloudflare:workers' {
  export function waitUntil(promise: Promise<unknown>): void
  export abstract class DurableObject<Env> {
    constructor(ctx: DurableObjectState, env: Env)
    protected readonly ctx: DurableObjectState
    protected readonly env: Env
  }
}

interface DurableObjectState {
  readonly storage: {
    get(key: string): Promise<string | undefined>
    put(key: string, value: string): Promise<void>
    delete(key: string): Promise<boolean>
  }
}
