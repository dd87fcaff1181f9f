/** The name under which the store keeps this journal's progress; a new directory gets a new one, and one that lost something. */
import { type FilePort, readWhole } from "./files.ts"
import { segmentBases } from "./segment.ts"

export interface Name {
  readonly name: string
  /** Where the log on disk began when it got this name: before that the name stands for nothing. */
  readonly since: number
}

const FILE = "identity"
const NAME_LENGTH = 36

/** What the directory is called; undefined where it has no name yet. Older releases wrote the name alone. */
export const readName = async (files: FilePort, directory: string): Promise<Name | undefined> => {
  if (!(await files.list(directory)).includes(FILE)) return undefined
  const text = (await readWhole(files, `${directory}/${FILE}`)).toString("latin1")
  const since = text.slice(NAME_LENGTH)
  if (text.length < NAME_LENGTH || !/^(?:\d{16})?$/.test(since)) return undefined
  return { name: text.slice(0, NAME_LENGTH), since: Number(since) }
}

/** On disk when it returns. */
export const giveName = async (files: FilePort, directory: string, uuid: () => string): Promise<Name> => {
  const since = segmentBases(await files.list(directory))[0] ?? 0
  const made = { name: uuid(), since }
  const file = await files.open(`${directory}/${FILE}`, "write")
  try {
    await file.write(Buffer.from(`${made.name}${String(since).padStart(16, "0")}`, "latin1"), 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await files.syncDirectory(directory)
  return made
}
