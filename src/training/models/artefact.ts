/** A model's folder, `<model>/<version>/` in the models' folder: written beside its place and moved there whole. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { TrainingRefused } from "../../services/trainers.ts"
import { sha256Of } from "./dataset.ts"

export interface Artefact {
  /** From the models' folder. */
  readonly path: string
  readonly folder: string
  readonly sha256: string
}

/** None where it cannot be read: who writes there is told why not. */
const namesIn = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** The next free version of a day: `2026-05-01.1`. */
export const nextVersion = (modelsDir: string, model: string, taken: ReadonlySet<string>, day: string): string => {
  const known = new Set([...taken, ...namesIn(join(modelsDir, model))])
  let n = 1
  while (known.has(`${day}.${n}`)) n++
  return `${day}.${n}`
}

/** Writes a model's files and publishes them in one rename; `file` is the one that the registry names and checks. */
export const writeArtefact = async (
  modelsDir: string,
  {
    model,
    version,
    file,
    files
  }: {
    readonly model: string
    readonly version: string
    readonly file: string
    readonly files: Readonly<Record<string, string | Uint8Array>>
  }
): Promise<Artefact> => {
  const home = join(modelsDir, model)
  const draft = join(home, `.${version}.draft`)
  const folder = join(home, version)
  try {
    rmSync(draft, { recursive: true, force: true })
    mkdirSync(draft, { recursive: true })
    for (const [name, content] of Object.entries(files)) writeFileSync(join(draft, name), content)
    const sha256 = await sha256Of(join(draft, file))
    renameSync(draft, folder)
    return { path: `${model}/${version}/${file}`, folder, sha256 }
  } catch (cause) {
    if (existsSync(draft)) rmSync(draft, { recursive: true, force: true })
    const problem = cause instanceof Error ? cause.message : String(cause)
    throw new TrainingRefused({
      message: `The model could not be written to ${folder}: ${problem}. Make room or mend the folder, and train again.`,
      retry: true
    })
  }
}

/** Puts files in the place of those of a model's folder: all are written before the first is there. */
export const replaceFiles = (folder: string, files: Readonly<Record<string, string>>): void => {
  const drafts = Object.keys(files).map((name): readonly [string, string] => [
    join(folder, `.${name}.draft`),
    join(folder, name)
  ])
  try {
    for (const [i, content] of Object.values(files).entries()) writeFileSync(drafts[i]![0], content)
    for (const [draft, place] of drafts) renameSync(draft, place)
  } finally {
    for (const [draft] of drafts) rmSync(draft, { force: true })
  }
}

/** The commit that this release was built from, where it is known. */
export const codeCommit = (root: string, release: string): string => {
  try {
    const commit = execFileSync("git", ["rev-parse", "HEAD"], { cwd: root, stdio: ["ignore", "pipe", "ignore"] })
    return commit.toString().trim()
  } catch {
    return `release ${release}`
  }
}
