/** Where a directory is, as this machine's operating system tells it apart: a copy of it is somewhere else. */
import { statSync } from "node:fs"
import { hostname } from "node:os"

export const placeOf = (directory: string): string => {
  const { dev, ino } = statSync(directory, { bigint: true })
  return `${hostname()} ${dev} ${ino}`
}
