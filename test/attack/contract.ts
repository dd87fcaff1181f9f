/**
 * The contract as a stranger reads it: `/openapi.json` of a running server, turned into requests (fast-check) and into a
 * judge of answers. It knows nothing of the schemas that the document was made from.
 */

import { fc } from "../support/properties.ts"
import { foldDay, gapDay } from "./clock-changes.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON Schema, as the document has it.
export type JsonSchema = any

export interface Parameter {
  readonly name: string
  readonly in: "path" | "query" | "header"
  readonly required: boolean
  readonly schema: JsonSchema
  readonly example: string | undefined
}

export interface Operation {
  readonly id: string
  readonly method: string
  readonly path: string
  readonly parameters: ReadonlyArray<Parameter>
  readonly body: JsonSchema | undefined
  /** A body that shows the operation. */
  readonly example: unknown
  /** By status: the schema of the answer, or undefined where it has no body. */
  readonly answers: ReadonlyMap<number, JsonSchema | undefined>
}

export interface Contract {
  readonly operations: ReadonlyArray<Operation>
  readonly schemas: Readonly<Record<string, JsonSchema>>
}

const jsonOf = (content: Record<string, { readonly schema: JsonSchema }> | undefined): JsonSchema | undefined =>
  content === undefined ? undefined : Object.values(content)[0]?.schema

export const contractOf = async (url: string): Promise<Contract> => {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as JsonSchema
  return {
    schemas: document.components.schemas,
    operations: Object.entries<JsonSchema>(document.paths).flatMap(([path, methods]) =>
      Object.entries<JsonSchema>(methods).map(([method, operation]) => ({
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        parameters: operation.parameters ?? [],
        body: jsonOf(operation.requestBody?.content),
        example: Object.values<JsonSchema>(operation.requestBody?.content ?? {})[0]?.example,
        answers: new Map(
          Object.entries<JsonSchema>(operation.responses).map(([status, { content }]) => [
            Number(status),
            jsonOf(content)
          ])
        )
      }))
    )
  }
}

/** Texts that have broken programs before; one of them stands in every few values. */
export const HOSTILE_TEXTS = [
  "",
  "\u0000",
  `a\u0000b`,
  "\ud800",
  "x\udfff",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "../../etc/passwd",
  "%00",
  "'; drop table trips; --",
  "<script>alert(1)</script>",
  gapDay(),
  foldDay(),
  "02:30",
  "24:00",
  "9999-12-31T23:59:60Z",
  "-271821-04-20T00:00:00Z",
  "NaN",
  "null",
  "𝕊𝔼𝔸𝕋𝕋𝕃𝔼",
  "é".repeat(65),
  "a".repeat(5_000)
] as const

export const HOSTILE_NUMBERS = [0, -0, -1, 1e308, -1e308, 5e-324, 2 ** 53, -(2 ** 53), 2e9, 0.1, 1e21, -1e-7] as const

const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...HOSTILE_TEXTS),
  fc.constantFrom<unknown>(...HOSTILE_NUMBERS),
  fc.constantFrom<unknown>(null, true, false, [], {}, [[]], { a: { b: { c: [null] } } }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.double()
)

/** What a name usually stands for: ids that exist, dates, times. Undefined leaves it to the schema. */
export type Known = (name: string) => ReadonlyArray<unknown> | undefined

const seldom = <A>(usual: fc.Arbitrary<A>, rare: fc.Arbitrary<unknown>, of = 24): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: of, arbitrary: usual as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: rare })

const texts = (schema: JsonSchema): fc.Arbitrary<string> =>
  fc.string({ minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 40, 80) })

const numbers = (schema: JsonSchema): fc.Arbitrary<number> => {
  const { minimum = -1e6, maximum = 1e6 } = schema
  return schema.type === "integer"
    ? fc.integer({ min: Math.max(minimum, -(2 ** 31)), max: Math.min(maximum, 2 ** 31) })
    : fc.double({ min: minimum, max: maximum, noNaN: true })
}

const objects = (contract: Contract, schema: JsonSchema, known: Known): fc.Arbitrary<unknown> => {
  const properties = Object.entries<JsonSchema>(schema.properties ?? {})
  const named = fc.record(
    Object.fromEntries(properties.map(([name, of]) => [name, valuesOf(contract, of, known, name)])),
    { requiredKeys: schema.required ?? [] }
  )
  if (typeof schema.additionalProperties === "object") {
    const others = valuesOf(contract, schema.additionalProperties, known, "")
    const words = seldom(fc.string({ minLength: 1, maxLength: 12 }), fc.constantFrom(...HOSTILE_TEXTS))
    return fc.array(fc.tuple(words, others), { maxLength: 6 }).map((entries) => Object.fromEntries(entries))
  }
  const intruder = fc.tuple(fc.constantFrom("cty", "__proto__", "constructor", "id "), hostile)
  const spoiled = fc.tuple(named, intruder).map(([value, [name, extra]]) => {
    const copy: Record<string, unknown> = { ...value }
    Object.defineProperty(copy, name, { value: extra, enumerable: true, configurable: true, writable: true })
    return copy
  })
  return seldom(named, spoiled, 40)
}

/** Mostly what the schema asks for, now and then what it does not. */
export const valuesOf = (contract: Contract, schema: JsonSchema, known: Known, name: string): fc.Arbitrary<unknown> => {
  if (schema.$ref !== undefined)
    return valuesOf(contract, contract.schemas[schema.$ref.split("/").at(-1)!], known, name)
  const usual = known(name)
  if (schema.enum !== undefined) return seldom(fc.constantFrom(...schema.enum), hostile)
  if (schema.anyOf !== undefined) {
    return fc.oneof(...schema.anyOf.map((one: JsonSchema) => valuesOf(contract, one, known, name)))
  }
  if (schema.type === "array") {
    const items = valuesOf(contract, schema.items ?? {}, known, name)
    return seldom(fc.array(items, { maxLength: Math.min(schema.maxItems ?? 8, 8) }), hostile)
  }
  if (schema.type === "object") return seldom(objects(contract, schema, known), hostile, 60)
  if (usual !== undefined && usual.length > 0)
    return seldom(fc.constantFrom(...usual), fc.oneof(hostile, texts(schema)))
  if (schema.type === "string") return seldom(texts(schema), hostile, 8)
  if (schema.type === "integer" || schema.type === "number") return seldom(numbers(schema), hostile)
  if (schema.type === "boolean") return seldom(fc.boolean(), hostile)
  return hostile
}

/** What the document shows as an example, as somebody here would send it: what a name stands for is put in its place. */
export const likeExample = (example: unknown, known: Known, name: string): fc.Arbitrary<unknown> => {
  if (Array.isArray(example)) return fc.tuple(...example.map((one) => likeExample(one, known, name)))
  if (typeof example === "object" && example !== null)
    return fc.record(
      Object.fromEntries(Object.entries(example).map(([key, one]) => [key, likeExample(one, known, key)]))
    )
  const usual = known(name)
  return usual === undefined || usual.length === 0 ? fc.constant(example) : fc.constantFrom(...usual)
}

/** Where a value is not what the schema says: the first such place, in words; undefined where it fits. */
export const misfit = (contract: Contract, schema: JsonSchema, value: unknown, at = "$"): string | undefined => {
  if (schema.$ref !== undefined) return misfit(contract, contract.schemas[schema.$ref.split("/").at(-1)!], value, at)
  if (schema.anyOf !== undefined) {
    const found = schema.anyOf.map((one: JsonSchema) => misfit(contract, one, value, at))
    return found.includes(undefined) ? undefined : found.at(-1)
  }
  if (schema.allOf !== undefined) {
    for (const one of schema.allOf) {
      const found = misfit(contract, one, value, at)
      if (found !== undefined) return found
    }
  }
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return `${at}: ${JSON.stringify(value)} is no word of ours`
  switch (schema.type) {
    case "string":
      return typeof value === "string" ? undefined : `${at}: ${JSON.stringify(value)} is no text`
    case "boolean":
      return typeof value === "boolean" ? undefined : `${at}: no yes or no`
    case "null":
      return value === null ? undefined : `${at}: not null`
    case "integer":
    case "number":
      return numberMisfit(schema, value, at)
    case "array":
      return arrayMisfit(contract, schema, value, at)
    case "object":
      return objectMisfit(contract, schema, value, at)
    default:
      return undefined
  }
}

const numberMisfit = (schema: JsonSchema, value: unknown, at: string): string | undefined => {
  if (typeof value !== "number" || (schema.type === "integer" && !Number.isInteger(value)))
    return `${at}: no ${schema.type}`
  return value < (schema.minimum ?? -Infinity) || value > (schema.maximum ?? Infinity)
    ? `${at}: out of range`
    : undefined
}

const arrayMisfit = (contract: Contract, schema: JsonSchema, value: unknown, at: string): string | undefined => {
  if (!Array.isArray(value)) return `${at}: no list`
  for (const [i, one] of value.entries()) {
    const found = schema.items === undefined ? undefined : misfit(contract, schema.items, one, `${at}[${i}]`)
    if (found !== undefined) return found
  }
  return undefined
}

const objectMisfit = (contract: Contract, schema: JsonSchema, value: unknown, at: string): string | undefined => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return `${at}: no object`
  for (const name of schema.required ?? []) if (!Object.hasOwn(value, name)) return `${at}.${name} is missing`
  for (const [name, one] of Object.entries(value)) {
    const of = Object.hasOwn(schema.properties ?? {}, name) ? schema.properties[name] : schema.additionalProperties
    if (of === false) return `${at}.${name} is not in the contract`
    const found = typeof of === "object" ? misfit(contract, of, one, `${at}.${name}`) : undefined
    if (found !== undefined) return found
  }
  return undefined
}
