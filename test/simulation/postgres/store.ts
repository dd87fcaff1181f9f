/**
 * The rows, and transactions over them. Everybody reads what was committed before their statement; one transaction writes at a
 * time, because whoever else wants to write waits for it: stricter than PostgreSQL, where two wait only over the same rows.
 */
import { type Row, SCHEMA, shapeOf, type TableShape } from "./schema.ts"
import { coerce, PgFailure } from "./types.ts"

const keyOf = (row: Row, columns: ReadonlyArray<string>): string => columns.map((column) => row[column]).join(" ")

class Rows {
  readonly shape: TableShape
  readonly rows = new Map<string, Row>()
  readonly uniques: ReadonlyArray<Map<string, string>>
  /** What stood in place of each row that the open transaction has changed. */
  readonly before = new Map<string, Row | undefined>()

  constructor(shape: TableShape) {
    this.shape = shape
    this.uniques = shape.unique.map(() => new Map())
  }

  put(key: string, row: Row | undefined): void {
    const old = this.rows.get(key)
    this.shape.unique.forEach((columns, i) => {
      if (old !== undefined) this.uniques[i]!.delete(keyOf(old, columns))
      if (row !== undefined) this.uniques[i]!.set(keyOf(row, columns), key)
    })
    if (row === undefined) this.rows.delete(key)
    else this.rows.set(key, row)
  }
}

export type OnConflict = "fail" | "nothing" | ((old: Row, fresh: Row) => Row | undefined)

export class Store {
  readonly #tables = new Map<string, Rows>([...SCHEMA.values()].map((shape) => [shape.name, new Rows(shape)]))
  /** Who writes now. */
  writer: object | undefined

  #of(table: string): Rows {
    shapeOf(table)
    return this.#tables.get(table)!
  }

  /** The rows of a table as this reader sees them. */
  *scan(reader: object | undefined, table: string): Generator<Row> {
    const of = this.#of(table)
    if (this.writer === reader || of.before.size === 0) {
      yield* of.rows.values()
      return
    }
    for (const [key, row] of of.rows) {
      if (!of.before.has(key)) yield row
      else {
        const old = of.before.get(key)
        if (old !== undefined) yield old
      }
    }
    for (const [key, old] of of.before) if (old !== undefined && !of.rows.has(key)) yield old
  }

  get(reader: object | undefined, table: string, ...key: ReadonlyArray<unknown>): Row | undefined {
    const of = this.#of(table)
    const name = key.join(" ")
    return this.writer === reader || !of.before.has(name) ? of.rows.get(name) : of.before.get(name)
  }

  /** A row as the table would keep it, from what a statement gives: types, defaults, what must be there. */
  shaped(table: string, values: Row, old?: Row): Row {
    const { columns, defaults } = shapeOf(table)
    const row: Record<string, unknown> = {}
    for (const { name, required, type } of columns) {
      const value = name in values ? coerce(type, values[name]) : (old?.[name] ?? defaults[name] ?? null)
      if (required && value === null)
        throw new PgFailure("23502", `null value in column "${name}" of relation "${table}"`)
      row[name] = value
    }
    return row
  }

  #check(table: string, row: Row): void {
    const { checks, references } = shapeOf(table)
    for (const check of checks) {
      if (!check(row)) throw new PgFailure("23514", `new row for relation "${table}" violates a check constraint`)
    }
    for (const { column, table: to } of references) {
      if (row[column] !== null && !this.#of(to).rows.has(String(row[column])))
        throw new PgFailure(
          "23503",
          `insert or update on table "${table}" violates foreign key constraint on ${column}`
        )
    }
  }

  #write(table: string, key: string, row: Row | undefined): void {
    const of = this.#of(table)
    if (!of.before.has(key)) of.before.set(key, of.rows.get(key))
    of.put(key, row)
  }

  /** Gives the row that was inserted, or undefined where it was left out. */
  insert(table: string, values: Row, onConflict: OnConflict = "fail"): Row | undefined {
    const of = this.#of(table)
    const row = this.shaped(table, values)
    const key = keyOf(row, of.shape.key)
    const taken = of.rows.get(key)
    if (taken !== undefined) {
      if (onConflict === "fail") throw new PgFailure("23505", `duplicate key value in ${table}`)
      if (onConflict === "nothing") return undefined
      const merged = onConflict(taken, row)
      if (merged === undefined) return undefined
      return this.#replace(table, key, this.shaped(table, merged, taken))
    }
    of.shape.unique.forEach((columns, i) => {
      if (of.uniques[i]!.has(keyOf(row, columns)))
        throw new PgFailure("23505", `duplicate key value violates unique constraint on ${table} (${columns})`)
    })
    this.#check(table, row)
    this.#write(table, key, row)
    return row
  }

  #replace(table: string, key: string, row: Row): Row {
    this.#check(table, row)
    this.#write(table, key, row)
    return row
  }

  update(table: string, old: Row, changes: Row): Row {
    const { key } = shapeOf(table)
    return this.#replace(table, keyOf(old, key), this.shaped(table, changes, old))
  }

  /** With everything that goes when this goes. */
  remove(table: string, row: Row): void {
    const id = keyOf(row, shapeOf(table).key)
    for (const { name, references } of SCHEMA.values()) {
      for (const { cascade, column, table: to } of references) {
        if (to !== table) continue
        for (const other of [...this.#of(name).rows.values()].filter((one) => one[column] === id)) {
          if (!cascade) throw new PgFailure("23503", `${name} still refers to what is deleted from ${table}`)
          this.remove(name, other)
        }
      }
    }
    this.#write(table, id, undefined)
  }

  commit(): void {
    for (const of of this.#tables.values()) of.before.clear()
    this.writer = undefined
  }

  rollback(): void {
    for (const of of this.#tables.values()) {
      for (const [key, row] of of.before) of.put(key, row)
      of.before.clear()
    }
    this.writer = undefined
  }
}
