import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import { REPORTS_DAYS } from "../../domain/catalog/doors.ts"
import { type DoorCheck, DoorChecks, DoorChecksUnavailable } from "../../services/door-checks.ts"
import { whyAway } from "./away.ts"

const MOST_CHECKS = 200

export const layer = Layer.effect(
  DoorChecks,
  Effect.gen(function* () {
    const sql = yield* SqlClient
    return DoorChecks.of({
      list: sql<DoorCheck>`
        with said as (
          select r.activity_node_id as node_id, r.user_id, r.open, r.occurred_at,
            extract(isodow from r.occurred_at at time zone n.time_zone)::int - 1 as weekday,
            extract(hour from r.occurred_at at time zone n.time_zone)::int as hour
          from door_reports r join activity_nodes n on n.id = r.activity_node_id
          where r.occurred_at > now() - make_interval(days => ${REPORTS_DAYS}) and n.retired_at is null
            and r.opening_hours is not distinct from n.opening_hours
        ), whole as (
          select node_id, (count(distinct user_id) filter (where not open))::int as closed,
            (count(distinct user_id) filter (where open))::int as open, max(occurred_at) as last_report
          from said group by node_id having bool_or(not open)
          order by 2 desc, 4 desc, 1 limit ${MOST_CHECKS}
        ), hours as (
          select node_id, weekday, hour, (count(distinct user_id) filter (where not open))::int as closed,
            (count(distinct user_id) filter (where open))::int as open
          from said where node_id in (select node_id from whole) group by node_id, weekday, hour
        )
        select c.slug as city, n.id as node_id, n.name, n.opening_hours, n.facts ->> 'website' as website, w.closed, w.open,
          w.last_report, (select jsonb_agg(jsonb_build_object('weekday', h.weekday, 'hour', h.hour, 'closed', h.closed,
            'open', h.open) order by h.weekday, h.hour) from hours h where h.node_id = w.node_id) as at
        from whole w join activity_nodes n on n.id = w.node_id join cities c on c.id = n.city_id
        order by w.closed desc, w.last_report desc, n.id`.pipe(
        Effect.mapError(
          (error) =>
            new DoorChecksUnavailable({ message: `What travelers found at doors cannot be read: ${whyAway(error)}.` })
        )
      )
    })
  })
)
