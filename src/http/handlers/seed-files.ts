/** Files that operators hand in to be seeded: small ones with the request, large ones in parts before it. */
import * as Effect from "effect/Effect"
import type { SeedFileRefused, SeedFiles, SeedFilesUnavailable } from "../../services/seed-files.ts"
import { Conflict, NotFound, Unavailable, Unprocessable } from "../api/problems.ts"
import { orUnavailable } from "./refusals.ts"

const asProblem = (error: SeedFileRefused | SeedFilesUnavailable) => {
  if (error._tag === "SeedFilesUnavailable") return new Unavailable({ detail: error.message, retry_after_seconds: 2 })
  switch (error.reason) {
    case "unknown":
      return new NotFound({ detail: error.message })
    case "too_large":
    case "incomplete":
      return new Unprocessable({ detail: error.message })
    case "too_many":
    case "used":
      return new Conflict({ detail: error.message })
  }
}

export const seedFileHandlers = (files: SeedFiles["Service"]) => ({
  beginSeedFile: () =>
    files.begin.pipe(
      Effect.map((file_id) => ({ file_id })),
      Effect.catchTags({
        SeedFileRefused: ({ message }) => Effect.fail(new Conflict({ detail: message })),
        SeedFilesUnavailable: ({ message }) => Effect.fail(new Unavailable({ detail: message, retry_after_seconds: 2 }))
      })
    ),

  putSeedFilePart: ({
    params,
    payload
  }: {
    readonly params: { readonly id: string; readonly part: number }
    readonly payload: { readonly base64: string }
  }) => Effect.mapError(files.put(params.id, params.part, Buffer.from(payload.base64, "base64")), asProblem)
})

/** Our own cities, and sources that are read from where they are. */
const WITHOUT_FILE = new Set(["curated", "synthetic", "feed", "discourse", "pages", "places"])
/** OpenStreetMap is a file, or a server of Overpass; Reddit an archive of it, or its API. */
const WITH_OR_WITHOUT = new Set(["osm", "reddit"])

/** Whether the source goes with a file, or what to do about it. */
const fileProblem = (source: string, isThere: boolean): string | undefined => {
  if (WITHOUT_FILE.has(source)) {
    return isThere ? `The source ${source} reads no file: leave it out, or name another source.` : undefined
  }
  return isThere || WITH_OR_WITHOUT.has(source)
    ? undefined
    : `The source ${source} reads a file: send it as \`file\`, in base64, or in parts as an \`upload\`.`
}

interface SeedPayload {
  readonly source?: string
  readonly file?: string
  readonly upload?: string
  readonly upload_bytes?: number
}

/** The request as its job reads it: a file waits for it in the database. */
export const withUpload = Effect.fnUntraced(function* (
  files: SeedFiles["Service"],
  { file, upload, upload_bytes: bytes, ...request }: SeedPayload
) {
  const problem =
    file !== undefined && upload !== undefined
      ? "A city is seeded from one file: send `file` or `upload`, not both."
      : fileProblem(request.source ?? "curated", file !== undefined || upload !== undefined)
  if (problem !== undefined) return yield* new Unprocessable({ detail: problem })
  if (file !== undefined) {
    return { ...request, upload: yield* orUnavailable(files.keep(Buffer.from(file, "base64"))) }
  }
  if (upload === undefined) return request
  yield* Effect.mapError(files.use(upload, bytes), asProblem)
  return { ...request, upload }
})
