import { keepLatest } from '../platform/keep-latest'
import { onTheWire } from '../platform/origin'

/** Which paths have asked for credentials: those below the last one's folder are presumed to (RFC 7617 §2.2). */
export interface ProtectionSpaces {
  add(url: string): void
  includes(url: string): boolean
}

const most = 100

export function createProtectionSpaces(): ProtectionSpaces {
  const folders = new Set<string>()
  return {
    add(url) {
      const [folder] = /^[^?#]*\//.exec(bare(url)) ?? []
      if (folder) folders.add(folder)
      keepLatest(folders, most)
    },
    includes: (url) => [...folders].some((folder) => bare(url).startsWith(folder)),
  }
}

// As it is sent: `/admin/../public` is not below `/admin/`, and `https://api.example.com` has a path as well.
function bare(url: string): string {
  return onTheWire(url).replace(/[?#].*/s, '')
}
