/** `fetch` as everyone agrees on it. */
export type FetchLike = (input: RequestInfo | URL, init?: RequestInit) => Promise<Response>
