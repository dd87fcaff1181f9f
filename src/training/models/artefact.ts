/**
 * A model's folder, `<model>/<version>/` in the models' folder. No folder is ever renamed: a bucket that is mounted cannot do that. A
 * version exists by its row in the registry, which is written when all its files are there; what a killed trainer left has none.
 */
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
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

/** Writes the files of a new version; `file` is the one that the registry names and checks. */
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
  const folder = join(modelsDir, model, version)
  try {
    mkdirSync(folder, { recursive: true })
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
    return { path: `${model}/${version}/${file}`, folder, sha256: await sha256Of(join(folder, file)) }
  } catch (cause) {
    if (existsSync(folder)) rmSync(folder, { recursive: true })
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
export const codeCommit = async (root: string, release: string): Promise<string> => {
  try {
    return (await promisify(execFile)("git", ["rev-parse", "HEAD"], { cwd: root })).stdout.trim()
  } catch {
    return `release ${release}`
  }
}
