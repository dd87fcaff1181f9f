/** Decoding failures as problem documents that name the field: `payload.days must be a whole number from 1 to 21`. */
import * as Effect from "effect/Effect"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as SchemaIssue from "effect/SchemaIssue"
import { RequestForm } from "../api/form.ts"
import { InvalidRequest } from "../api/problems.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** Enough to fix a request by; a hostile body does not get to write a longer answer. */
const MOST_ISSUES = 20

const segment = (part: PropertyKey | { readonly key: PropertyKey }): string | number => {
  const key = typeof part === "object" ? part.key : part
  return typeof key === "number" ? key : String(key)
}

/** What is wrong where, below `root`. */
export const issuesOf = (issue: SchemaIssue.Issue, root: string) =>
  format(issue)
    .issues.slice(0, MOST_ISSUES)
    .map((one) => ({ path: [root, ...(one.path ?? []).map(segment)], message: one.message }))

export const issuesText = (issues: ReturnType<typeof issuesOf>): string =>
  issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ")

const SLOTS: Record<string, string> = { Payload: "body", Params: "path", Query: "query", Headers: "headers" }

export const layer = HttpApiMiddleware.layerSchemaErrorTransform(RequestForm, (error) => {
  if (error.kind === "Body" || error.kind === "ResponseHeaders") return Effect.die(error)
  const errors = issuesOf(error.cause.issue, SLOTS[error.kind] ?? error.kind.toLowerCase())
  return Effect.fail(new InvalidRequest({ detail: issuesText(errors), errors }))
})
