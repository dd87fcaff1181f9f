/** Puts words and examples to JSON Schemas: what both documents of the contract, of HTTP and of the stream, share. */
import { OTHERS_ARE_READ } from "../../domain/basics/words.ts"
import { FIELDS } from "./fields.ts"
import { FRAMES } from "./frame-words.ts"
import { FIELDS_OF, SCHEMAS } from "./schemas.ts"

// biome-ignore lint/suspicious/noExplicitAny: JSON Schema and OpenAPI as they are written.
export type Json = any

/** What was looked up, so that a check can tell which words nothing needs any more. */
export type Used = Set<string>

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
const DATE = /^\d{4}-\d\d-\d\d$/

const formatOf = (example: unknown): string | undefined => {
  if (typeof example !== "string") return undefined
  return UUID.test(example) ? "uuid" : INSTANT.test(example) ? "date-time" : DATE.test(example) ? "date" : undefined
}

/** Safe integers are what JSON numbers are anyway: bounds that say so only hide the real ones. */
const withoutSafeBounds = (schema: Json): Json => {
  const { minimum, maximum, ...rest } = schema
  return {
    ...rest,
    ...(minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? {} : { minimum }),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? {} : { maximum })
  }
}

const property = (owner: string, name: string, schema: Json, used: Used): Json => {
  const key = Object.hasOwn(FIELDS_OF, `${owner}.${name}`) ? `${owner}.${name}` : name
  const field = FIELDS_OF[key] ?? (Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined)
  const dressed = dressSchema(owner, schema, used)
  if (field === undefined) return dressed
  used.add(key)
  const [description, example] = field
  const format = formatOf(example)
  const isOpen = dressed.enum === undefined && dressed.$ref === undefined
  return {
    ...dressed,
    ...(format !== undefined && dressed.type === "string" && dressed.pattern === undefined ? { format } : {}),
    description,
    ...(example === undefined || !isOpen ? {} : { examples: [example] })
  }
}

/** A list of words is said in a check of its own beside the type: for a reader they are one. */
const withItsCheck = ({ allOf, ...schema }: Json): Json => {
  if (allOf === undefined) return schema
  const { [OTHERS_ARE_READ]: _, ...check } = allOf[0]
  const isList = (check.enum ?? check.anyOf ?? check.propertyNames) !== undefined
  return allOf.length === 1 && isList ? { ...schema, ...check } : { ...schema, allOf }
}

/** The schema with the words of every field in it; `owner` is the shape or operation that it stands in. */
export const dressSchema = (owner: string, schema: Json, used: Used): Json => {
  if (typeof schema !== "object" || schema === null) return schema
  if (schema.$ref !== undefined) return { ...schema }
  const plain = schema.type === "integer" || schema.type === "number" ? withoutSafeBounds(schema) : withItsCheck(schema)
  for (const key of ["anyOf", "oneOf", "allOf"]) {
    if (plain[key] !== undefined) plain[key] = plain[key].map((one: Json) => dressSchema(owner, one, used))
  }
  if (plain.items !== undefined) plain.items = dressSchema(owner, plain.items, used)
  if (typeof plain.additionalProperties === "object") {
    plain.additionalProperties = dressSchema(owner, plain.additionalProperties, used)
  }
  if (plain.properties !== undefined) {
    plain.properties = Object.fromEntries(
      Object.entries<Json>(plain.properties).map(([name, one]) => [name, property(owner, name, one, used)])
    )
  }
  return plain
}

/** Fields that an example without trouble has not. */
const TROUBLE = new Set(["degraded", "lost", "instance", "offer"])

/** A value that fits the schema, put together from the examples of its parts; undefined where a part has none. */
export const exampleOf = (schemas: Json, schema: Json): unknown => {
  if (schema.$ref !== undefined) return exampleOf(schemas, schemas[schema.$ref.split("/").at(-1)])
  if (schema.examples !== undefined) return schema.examples[0]
  if (schema.const !== undefined) return schema.const
  if (schema.enum !== undefined) return schema.enum[0]
  const union = schema.anyOf ?? schema.oneOf
  if (union !== undefined) return exampleOf(schemas, union[0])
  if (schema.allOf !== undefined) return exampleOf(schemas, { ...schema, allOf: undefined, ...schema.allOf[0] })
  switch (schema.type) {
    case "object": {
      const parts = Object.entries<Json>(schema.properties ?? {}).flatMap(([name, one]) => {
        if (TROUBLE.has(name) && schema.required?.includes(name) !== true) return []
        const example = exampleOf(schemas, one)
        return example === undefined ? [] : [[name, example] as const]
      })
      if (parts.length > 0 || typeof schema.additionalProperties !== "object") return Object.fromEntries(parts)
      const one = exampleOf(schemas, schema.additionalProperties)
      const [key = "pace_preference"] = schema.propertyNames?.enum ?? []
      return one === undefined ? {} : { [key]: one }
    }
    case "array": {
      const one = exampleOf(schemas, schema.items ?? {})
      return one === undefined ? [] : [one]
    }
    case "boolean":
      return false
    case "integer":
    case "number":
      return schema.minimum ?? 1
    case "null":
      return null
    default:
      return undefined
  }
}

/** Named shapes, with what each of them is and an example of it. */
export const dressSchemas = (schemas: Json, used: Used): Json => {
  const dressed = Object.fromEntries(
    Object.entries<Json>(schemas).map(([name, schema]) => {
      if (Object.hasOwn(SCHEMAS, name)) used.add(name)
      const description = SCHEMAS[name] ?? FRAMES[name]?.summary
      return [name, { ...dressSchema(name, schema, used), description }]
    })
  )
  for (const schema of Object.values(dressed)) schema.examples = [exampleOf(dressed, schema)]
  return dressed
}

/** Everything below `#/components/schemas`, under names of which each says what it is, and not how it travels. */
export const withPlainNames = (document: Json): Json =>
  JSON.parse(JSON.stringify(document).replace(/"(#\/components\/schemas\/)?([A-Z]\w*)Encoded"/g, '"$1$2"'))
