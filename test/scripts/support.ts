/** The set-up scripts are plain JavaScript, so that any Node can begin with them; these are the shapes tests rely on. */
export interface Machine {
  readonly platform: string
  readonly arch: string
  readonly node: string
  readonly libc?: string | undefined
}

interface LockEntry {
  readonly version: string
  readonly integrity?: string
  readonly dev?: boolean
  readonly optional?: boolean
  readonly os?: ReadonlyArray<string>
  readonly cpu?: ReadonlyArray<string>
  readonly libc?: ReadonlyArray<string>
  readonly engines?: { readonly node: string }
}

export interface Lockfile {
  readonly packages: Readonly<Record<string, LockEntry | Record<string, never>>>
}

const load = (file: string): Promise<unknown> => import(new URL(`../../scripts/setup/${file}`, import.meta.url).href)

export const { checkPlatform } = (await load("platform.mjs")) as { checkPlatform: (machine: Machine) => void }

export const { fits } = (await load("node.mjs")) as { fits: (version: string) => boolean }

export const { missing, satisfies } = (await load("lockfile.mjs")) as {
  missing: (lock: Lockfile, installed: Partial<Lockfile>, machine: Machine, withDev: boolean) => ReadonlyArray<string>
  satisfies: (version: string, range: string) => boolean
}

export const { explain } = (await load("npm.mjs")) as { explain: (output: string) => string | undefined }

export const { inTurn } = (await load("turn.mjs")) as {
  inTurn: <A>(folder: string, work: () => Promise<A>) => Promise<A>
}
