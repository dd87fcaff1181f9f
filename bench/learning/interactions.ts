/** Reads `interactions.txt`, a user and an item per line in order of time, and divides it as published protocols do. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { packed, type Sequences } from "../../src/training/learn/sequences.ts"
import { NotMeasured } from "../benchmark.ts"

const LINE = /^\s*(\d{1,15})[ \t]+(\d{1,15})\s*$/

/** Of each user the items in the order of their lines; users and items are numbered from 0 as they first appear. */
export const readInteractions = (
  folder: string
): { readonly data: Sequences; readonly users: ReadonlyArray<string> } => {
  const path = join(folder, "interactions.txt")
  if (!existsSync(path)) throw new NotMeasured(`There is no ${path}; it should hold one "user item" per line.`)
  const users = new Map<string, number>()
  const items = new Map<string, number>()
  const lists: Array<Array<number>> = []
  for (const [i, line] of readFileSync(path, "utf8").split("\n").entries()) {
    if (line.trim() === "") continue
    const [, user, item] = LINE.exec(line) ?? []
    if (user === undefined || item === undefined) {
      throw new NotMeasured(
        `Line ${i + 1} of ${path} is ${JSON.stringify(line.slice(0, 40))}; each line holds a user and an item, two whole numbers with a blank between them.`
      )
    }
    let u = users.get(user)
    if (u === undefined) {
      u = users.size
      users.set(user, u)
      lists.push([])
    }
    let at = items.get(item)
    if (at === undefined) {
      at = items.size
      items.set(item, at)
    }
    lists[u]!.push(at)
  }
  return { data: packed(items.size, lists), users: [...users.keys()] }
}
