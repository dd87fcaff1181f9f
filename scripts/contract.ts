// Holds the documents of the contract: each is valid by the official schema of its kind, nothing in it is without words
// and an example, every example fits its schema, and `client/` is typed by them. Without --check it writes those types.
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import asyncApiSpecs from "@asyncapi/specs"
import { Validator } from "@seriousme/openapi-schema-validator"
import { Ajv } from "ajv"
import { Ajv2020 } from "ajv/dist/2020.js"
import * as OpenApi from "effect/http-api/OpenApi"
import { Api } from "../src/http/api/api.ts"
import { dressDocument } from "../src/http/contract/document.ts"
import { streamDocument } from "../src/http/contract/stream-document.ts"
import { wordsThatNothingNeeds } from "../src/http/contract/unused.ts"
import { routesFile, typesFile } from "./client-types.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON Schema, OpenAPI and AsyncAPI as they are written.
type Json = any

const root = join(import.meta.dirname, "..")
const problems: Array<string> = []
const used = new Set<string>()

const openApi: Json = dressDocument(OpenApi.fromApi(Api), used)
const asyncApi: Json = streamDocument(used)

const ajv = new Ajv2020({ strict: false, validateFormats: false })

/** The schema with the named shapes beside it, as a validator of its own. */
const judge = (schemas: Json, schema: Json) => ajv.compile({ ...schema, components: { schemas } })

const checkExample = (where: string, schemas: Json, schema: Json, example: unknown) => {
  if (example === undefined) return problems.push(`${where}: has no example`)
  const fits = judge(schemas, schema)
  return fits(example)
    ? undefined
    : problems.push(`${where}: its example does not fit: ${ajv.errorsText(fits.errors?.slice(0, 2))}`)
}

const checkFields = (where: string, schema: Json) => {
  for (const [name, one] of Object.entries<Json>(schema.properties ?? {})) {
    if (!one.description) {
      problems.push(`${where}.${name}: says nowhere what it means; add it to src/http/contract/fields.ts`)
    }
    checkFields(`${where}.${name}`, one)
  }
  for (const one of [schema.items, ...(schema.anyOf ?? []), ...(schema.allOf ?? [])]) {
    if (one !== undefined) checkFields(where, one)
  }
}

const checkSchemas = (where: string, schemas: Json) => {
  for (const [name, schema] of Object.entries<Json>(schemas)) {
    if (!schema.description)
      problems.push(`${where} ${name}: has no description; add it to src/http/contract/schemas.ts`)
    checkFields(`${where} ${name}`, schema)
    checkExample(`${where} ${name}`, schemas, schema, schema.examples?.[0])
  }
}

const checkOperation = (where: string, one: Json) => {
  const { schemas } = openApi.components
  if (!one.summary || !one.description) {
    problems.push(`${where}: has no words; add them to src/http/contract/operations.ts`)
  }
  for (const parameter of one.parameters) {
    const what = `${where}, parameter ${parameter.name}`
    if (!parameter.description) problems.push(`${what}: has no words; add them to src/http/contract/operations.ts`)
    checkExample(what, schemas, parameter.schema, parameter.example)
  }
  for (const [type, { schema, example }] of Object.entries<Json>(one.requestBody?.content ?? {})) {
    checkFields(where, schema)
    checkExample(`${where}, ${type}`, schemas, schema, example)
  }
  for (const [status, answer] of Object.entries<Json>(one.responses)) {
    for (const { schema, example } of Object.values<Json>(answer.content ?? {})) {
      checkFields(`${where} ${status}`, schema)
      checkExample(`${where}, answer ${status}`, schemas, schema, example)
    }
  }
}

checkSchemas("schema", openApi.components.schemas)
checkSchemas("frame schema", asyncApi.components.schemas)
for (const [path, methods] of Object.entries<Json>(openApi.paths)) {
  for (const [method, one] of Object.entries<Json>(methods)) checkOperation(`${method.toUpperCase()} ${path}`, one)
}
problems.push(...wordsThatNothingNeeds(used))

const openApiVerdict = await new Validator().validate(openApi)
if (!openApiVerdict.valid) problems.push(`openapi.json: ${JSON.stringify(openApiVerdict.errors).slice(0, 2_000)}`)

const ofAsyncApi = new Ajv({ strict: false, validateFormats: false })
const fitsAsyncApi = ofAsyncApi.compile(asyncApiSpecs.schemasWithoutId["3.0.0"] as Json)
if (!fitsAsyncApi(asyncApi)) problems.push(`asyncapi.json: ${ofAsyncApi.errorsText(fitsAsyncApi.errors?.slice(0, 8))}`)

const biome = join(root, "node_modules", "@biomejs", "biome", "bin", "biome")
const formatted = (name: string, text: string): string =>
  execFileSync(process.execPath, [biome, "format", `--stdin-file-path=${name}`], {
    cwd: root,
    input: text,
    encoding: "utf8"
  })

for (const [name, text] of [
  ["client/contract.ts", typesFile(openApi, asyncApi)],
  ["client/routes.ts", routesFile(openApi)]
] as const) {
  const wanted = formatted(name, text)
  const file = join(root, name)
  if (!process.argv.includes("--check")) writeFileSync(file, wanted)
  else if (readFileSync(file, "utf8") !== wanted) {
    problems.push(`${name}: is not what the contract says any more; run npm run format`)
  }
}

if (problems.length > 0) {
  console.error(problems.join("\n"))
  console.error(`contract: ${problems.length} things to mend`)
  process.exit(1)
}
console.log("contract: described, valid, and what the client is typed by")
