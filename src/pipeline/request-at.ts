/** The Request, at that URL: itself, where it leads there, else one that goes out with the body of `init`. */
export function requestAt(url: string, request: Request, init: RequestInit): Request {
  // React Native leaves a Request's URL relative.
  return url === request.url ? request : new Request(url, init.body == null ? request : withoutBody(request))
}

/** Its fields but for the body, which may be used by now, or a stream, which not every platform takes (Safari). */
function withoutBody(request: Request): RequestInit {
  return new Proxy(request, { get: (of, name) => (name === 'body' ? undefined : Reflect.get(of, name, of)) })
}
