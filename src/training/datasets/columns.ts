/** The columns of a dataset: their types in Parquet, and what the checks may expect of them. */
import type { SchemaElement } from "hyparquet"

export type ColumnType =
  | "string"
  | "double"
  | "int"
  | "boolean"
  | "timestamp"
  | { readonly list: ColumnType }
  | { readonly struct: Readonly<Record<string, ColumnType>> }

export interface Column {
  readonly type: ColumnType
  /** Never null. */
  readonly required?: boolean
  /** What a model is fed with; keys and remarks are not. */
  readonly role: "key" | "feature" | "label" | "remark"
  /** A number that may take any value, where a handful of values means that something is broken. */
  readonly continuous?: boolean
  /** The least number of different values, where it is not that of continuous features. */
  readonly leastDistinct?: number
  /** It says what the weather does, which may do nothing for weeks, and then something else. */
  readonly ofWeather?: boolean
  /** What stands there when nothing is known. */
  readonly default?: number
}

export type Columns = Readonly<Record<string, Column>>

export type DatasetRow = Readonly<Record<string, unknown>>

const elementsOf = (name: string, type: ColumnType, required: boolean): Array<SchemaElement> => {
  const repetition_type = required ? "REQUIRED" : "OPTIONAL"
  if (typeof type === "object" && "list" in type) {
    return [
      { name, repetition_type, converted_type: "LIST", num_children: 1 },
      { name: "list", repetition_type: "REPEATED", num_children: 1 },
      ...elementsOf("element", type.list, false)
    ]
  }
  if (typeof type === "object") {
    const fields = Object.entries(type.struct)
    return [
      { name, repetition_type, num_children: fields.length },
      ...fields.flatMap(([field, inner]) => elementsOf(field, inner, false))
    ]
  }
  switch (type) {
    case "string":
      return [{ name, repetition_type, type: "BYTE_ARRAY", converted_type: "UTF8" }]
    case "double":
      return [{ name, repetition_type, type: "DOUBLE" }]
    case "int":
      return [{ name, repetition_type, type: "INT32" }]
    case "boolean":
      return [{ name, repetition_type, type: "BOOLEAN" }]
    case "timestamp":
      return [{ name, repetition_type, type: "INT64", converted_type: "TIMESTAMP_MILLIS" }]
  }
}

export const parquetSchema = (columns: Columns): Array<SchemaElement> => [
  { name: "root", num_children: Object.keys(columns).length },
  ...Object.entries(columns).flatMap(([name, column]) => elementsOf(name, column.type, column.required === true))
]
