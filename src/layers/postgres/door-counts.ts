/** What travelers found at the doors of places, counted from the reports that concern their hours as they are written now. */
import { isDeepStrictEqual } from "node:util"
import * as Effect from "effect/Effect"
import type { SqlClient } from "effect/sql/SqlClient"
import { type DoorReport, type Doors, doorsOf, MOST_REPORTS, REPORTS_DAYS } from "../../domain/catalog/doors.ts"

interface ReportRow extends DoorReport {
  readonly activity_node_id: string
}

/** By node; places with too few reports are left out. */
export const doorsOn = Effect.fnUntraced(function* (sql: SqlClient, nodeIds: ReadonlyArray<string>) {
  const rows = yield* sql<ReportRow>`
    select * from (
      select r.activity_node_id, r.user_id as person, r.trip_id as trip, r.open,
        extract(isodow from r.occurred_at at time zone n.time_zone)::int - 1 as weekday,
        extract(hour from r.occurred_at at time zone n.time_zone)::int as hour,
        row_number() over (partition by r.activity_node_id order by r.occurred_at desc, r.id) as newest
      from door_reports r join activity_nodes n on n.id = r.activity_node_id
      where r.activity_node_id = any(${nodeIds as Array<string>}::uuid[])
        and r.occurred_at > now() - make_interval(days => ${REPORTS_DAYS})
        and r.opening_hours is not distinct from n.opening_hours) reports
    where newest <= ${MOST_REPORTS}`
  const found = new Map<string, Doors>()
  for (const [id, reports] of Map.groupBy(rows, (row) => row.activity_node_id)) {
    const doors = doorsOf(reports)
    if (doors !== undefined) found.set(id, doors)
  }
  return found
})

/** Places of a city (of all, where none is named) that say another thing of their doors than the reports do by now. */
export const doorsToCount = Effect.fnUntraced(function* (sql: SqlClient, cityId?: string) {
  const said = yield* sql<{ id: string; city_id: string; doors: Doors | null }>`
    select id, city_id, quality_signals -> 'doors' as doors from activity_nodes
    where id in (select activity_node_id from door_reports union select id from activity_nodes where quality_signals ? 'doors')
      and ${cityId === undefined ? sql`true` : sql`city_id = ${cityId}`}`
  const now = yield* doorsOn(
    sql,
    said.map(({ id }) => id)
  )
  return said.filter(({ id, doors }) => !isDeepStrictEqual(doors ?? undefined, now.get(id)))
})
