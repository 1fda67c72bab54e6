/** `fetch` as everyone agrees on it; `RequestInfo`, which not all platforms' types name, is a string or a Request. */
export type FetchLike = (input: string | URL | Request, init?: RequestInit) => Promise<Response>
