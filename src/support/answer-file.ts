/** An answer of Overpass that lies on the disk, read part by part. */
import { createReadStream } from "node:fs"
import { type AnswerEnd, AnswerScan } from "../domain/catalog/osm/answer-scan.ts"

/** Read at a time; others have their turn between two. */
const PART_BYTES = 256 * 1024

/** Hands over each element; undefined for what is none. Gives how the answer ends. */
export const scanAnswerFile = async (
  path: string,
  take: (element: unknown) => void,
  progress: (bytesRead: number) => void = () => undefined
): Promise<AnswerEnd> => {
  const scan = new AnswerScan((text) => {
    let element: unknown
    try {
      element = text === undefined ? undefined : JSON.parse(text)
    } catch {
      element = undefined
    }
    take(element)
  })
  let read = 0
  for await (const part of createReadStream(path, { highWaterMark: PART_BYTES })) {
    scan.push(part as Buffer)
    read += (part as Buffer).length
    progress(read)
  }
  return scan.end()
}
