/** How many trips of somebody's have come to their end, cut short or not: as a part of other queries. */
import type { SqlClient } from "effect/sql/SqlClient"

/** `user` is a column. */
export const tripsEnded = (sql: SqlClient, user: string) => sql`(
  select count(*)::int from trips ended where ended.status in ('completed', 'shortened') and ended.id in (
    select id from trips where user_id = ${sql.literal(user)}
    union select trip_id from trip_members where user_id = ${sql.literal(user)}))`
