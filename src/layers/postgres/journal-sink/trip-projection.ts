/** Folds a batch of trip events into the rows they leave behind, and writes each table once. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Slot } from "../../../domain/plan/model.ts"
import type { TripEventEnvelope } from "../../../domain/trip/events.ts"
import type { TripState } from "../../../domain/trip/model.ts"

const instant = (millis: number) => new Date(millis)

type Row = Record<string, unknown>

/** What a batch leaves behind, by key; a later event of the batch overwrites an earlier one. */
class Rows {
  readonly created = new Map<string, Row>()
  readonly patches = new Map<string, Row>()
  readonly users = new Set<string>()
  readonly slots = new Map<string, Row>()
  readonly slotPatches = new Map<string, Row>()
  readonly members = new Map<string, Row>()
  readonly invitations = new Map<string, Row>()
  readonly vetoes = new Map<string, Row>()

  patch(tripId: string, row: Row): void {
    this.patches.set(tripId, { ...this.patches.get(tripId), id: tripId, ...row })
  }

  slot(tripId: string, slot: Slot): void {
    this.slotPatches.delete(slot.id)
    this.slots.set(slot.id, {
      id: slot.id,
      trip_id: tripId,
      day_number: slot.day,
      slot_order: slot.order,
      activity_node_id: slot.node_id,
      day_part: slot.day_part,
      starts_at: instant(slot.starts_at),
      ends_at: instant(slot.ends_at),
      locked: slot.locked,
      status: slot.status,
      generated_narrative: slot.narrative ?? null,
      score: slot.score,
      model_version: slot.model_version
    })
  }

  patchSlot(id: string, row: Row): void {
    const whole = this.slots.get(id)
    if (whole !== undefined) this.slots.set(id, { ...whole, ...row })
    else this.slotPatches.set(id, { ...this.slotPatches.get(id), id, ...row })
  }

  member(tripId: string, userId: string, id: string, row: Row): void {
    this.users.add(userId)
    this.members.set(`${tripId} ${userId}`, { id, trip_id: tripId, user_id: userId, ...row })
  }

  invitation(tripId: string, userId: string, id: string, row: Row): void {
    const key = `${tripId} ${userId}`
    this.invitations.set(key, { id, trip_id: tripId, invited_user_id: userId, ...this.invitations.get(key), ...row })
  }
}

const create = (rows: Rows, trip: TripState, eventId: string): void => {
  rows.users.add(trip.user_id)
  rows.created.set(trip.id, {
    id: trip.id,
    user_id: trip.user_id,
    city_id: trip.city_id,
    start_date: trip.start_date,
    end_date: trip.end_date,
    status: trip.status,
    constraints: trip.constraints,
    epoch: trip.epoch,
    model_name: trip.model.name,
    model_version: trip.model.version,
    created_at: instant(trip.created_at)
  })
  for (const slot of trip.slots) rows.slot(trip.id, slot)
  for (const { user_id, role, ordinal, joined_at } of trip.members) {
    rows.member(trip.id, user_id, eventId, { role, ordinal, joined_at: instant(joined_at), left: false })
  }
}

const apply = (rows: Rows, { trip_id, id, at, event }: TripEventEnvelope) => {
  if ("slots" in event) for (const slot of event.slots) rows.slot(trip_id, slot)
  if ("removed" in event) for (const slotId of event.removed) rows.patchSlot(slotId, { status: "removed" })
  switch (event._tag) {
    case "trip_created":
      return create(rows, event.trip, id)
    case "trip_rescheduled":
      return rows.patch(trip_id, { start_date: event.start_date, end_date: event.end_date })
    case "trip_replanned":
      return rows.patch(trip_id, {
        constraints: event.constraints,
        model_name: event.model.name,
        model_version: event.model.version
      })
    case "plan_undone": {
      if (event.was === undefined) return
      const { constraints, end_date, model, start_date } = event.was
      return rows.patch(trip_id, {
        start_date,
        end_date,
        constraints,
        model_name: model.name,
        model_version: model.version
      })
    }
    case "status_changed":
      return rows.patch(trip_id, { status: event.status })
    case "slot_locked":
      return rows.patchSlot(event.slot_id, { locked: event.locked })
    case "slot_done":
      return rows.patchSlot(event.slot_id, { status: "done" })
    case "member_invited": {
      const { user_id, invited_by, expires_at } = event.invitation
      rows.users.add(user_id)
      return rows.invitation(trip_id, user_id, id, { invited_by, expires_at: instant(expires_at), status: "open" })
    }
    case "invitation_closed":
      return rows.invitation(trip_id, event.user_id, id, {
        status: event.reason === "declined" ? "declined" : "withdrawn"
      })
    case "member_joined":
      rows.invitation(trip_id, event.user_id, id, { status: "accepted" })
      return rows.member(trip_id, event.user_id, id, {
        role: "member",
        ordinal: event.ordinal,
        joined_at: instant(at),
        left: false
      })
    case "member_left":
      if (event.erased) rows.invitation(trip_id, event.user_id, id, { gone: true })
      if (event.owner !== undefined) {
        rows.users.add(event.owner)
        rows.patch(trip_id, { user_id: event.owner })
      }
      rows.vetoes.set(`${trip_id} ${event.user_id}`, { trip_id, user_id: event.user_id, node_ids: [], tags: [] })
      return rows.member(trip_id, event.user_id, id, { left: true })
    case "vetoes_set": {
      const { user_id, node_ids, tags } = event.veto
      rows.vetoes.set(`${trip_id} ${user_id}`, { id, trip_id, user_id, node_ids, tags })
    }
  }
}

const json = (rows: Map<string, Row>): string => JSON.stringify([...rows.values()])

const writeTrips = Effect.fnUntraced(function* (rows: Rows) {
  const sql = yield* SqlClient
  if (rows.users.size > 0) {
    yield* sql`
      insert into users (id) select value::uuid from jsonb_array_elements_text(${JSON.stringify([...rows.users])}::text::jsonb)
      on conflict do nothing`
  }
  if (rows.created.size > 0) {
    yield* sql`
      insert into trips (id, user_id, city_id, start_date, end_date, status, constraints, epoch, model_name,
        model_version, created_at)
      select * from jsonb_to_recordset(${json(rows.created)}::text::jsonb) as r(
        id uuid, user_id uuid, city_id uuid, start_date date, end_date date, status text, constraints jsonb,
        epoch uuid, model_name text, model_version text, created_at timestamptz)
      on conflict (id) do nothing`
  }
  yield* sql`
    update trips t set
      state_version = greatest(t.state_version, r.state_version),
      user_id = coalesce(r.user_id, t.user_id),
      status = coalesce(r.status, t.status),
      start_date = coalesce(r.start_date, t.start_date),
      end_date = coalesce(r.end_date, t.end_date),
      constraints = coalesce(r.constraints, t.constraints),
      model_name = coalesce(r.model_name, t.model_name),
      model_version = coalesce(r.model_version, t.model_version),
      updated_at = now()
    from jsonb_to_recordset(${json(rows.patches)}::text::jsonb) as r(
      id uuid, user_id uuid, state_version bigint, status text, start_date date, end_date date, constraints jsonb, model_name text,
      model_version text)
    where t.id = r.id`
})

const writeSlots = Effect.fnUntraced(function* (rows: Rows) {
  const sql = yield* SqlClient
  if (rows.slots.size > 0) {
    yield* sql`
      insert into itinerary_slots (id, trip_id, day_number, slot_order, activity_node_id, day_part, starts_at, ends_at,
        locked, status, generated_narrative, score, model_version)
      select * from jsonb_to_recordset(${json(rows.slots)}::text::jsonb) as r(
        id uuid, trip_id uuid, day_number smallint, slot_order smallint, activity_node_id uuid, day_part text,
        starts_at timestamptz, ends_at timestamptz, locked boolean, status text, generated_narrative text, score real,
        model_version text)
      on conflict (id) do update set
        day_number = excluded.day_number, slot_order = excluded.slot_order,
        activity_node_id = excluded.activity_node_id, day_part = excluded.day_part, starts_at = excluded.starts_at,
        ends_at = excluded.ends_at, locked = excluded.locked, status = excluded.status,
        generated_narrative = excluded.generated_narrative, score = excluded.score,
        model_version = excluded.model_version, updated_at = now()`
  }
  if (rows.slotPatches.size > 0) {
    yield* sql`
      update itinerary_slots s set
        locked = coalesce(r.locked, s.locked), status = coalesce(r.status, s.status), updated_at = now()
      from jsonb_to_recordset(${json(rows.slotPatches)}::text::jsonb) as r(id uuid, locked boolean, status text)
      where s.id = r.id`
  }
})

const writePeople = Effect.fnUntraced(function* (rows: Rows) {
  const sql = yield* SqlClient
  if (rows.members.size > 0) {
    const members = json(rows.members)
    yield* sql`
      delete from trip_members m
      using jsonb_to_recordset(${members}::text::jsonb) as r(trip_id uuid, user_id uuid, "left" boolean)
      where m.trip_id = r.trip_id and m.user_id = r.user_id and r."left"`
    yield* sql`
      insert into trip_members (id, trip_id, user_id, role, ordinal, joined_at)
      select gen_random_uuid(), r.trip_id, r.user_id, r.role, r.ordinal, r.joined_at
      from jsonb_to_recordset(${members}::text::jsonb) as r(
        trip_id uuid, user_id uuid, role text, ordinal smallint, joined_at timestamptz, "left" boolean)
      where not r."left"
      on conflict (trip_id, user_id) do nothing`
    yield* sql`
      update trip_members m set role = 'owner'
      from jsonb_to_recordset(${json(rows.patches)}::text::jsonb) as r(id uuid, user_id uuid)
      where m.trip_id = r.id and m.user_id = r.user_id`
  }
  if (rows.invitations.size > 0) {
    const invitations = json(rows.invitations)
    yield* sql`
      insert into trip_invitations (id, trip_id, invited_user_id, invited_by, status, expires_at)
      select gen_random_uuid(), trip_id, invited_user_id, invited_by, coalesce(status, 'open'), expires_at
      from jsonb_to_recordset(${invitations}::text::jsonb) as r(
        trip_id uuid, invited_user_id uuid, invited_by uuid, status text, expires_at timestamptz, gone boolean)
      where invited_by is not null and gone is not true
      on conflict (trip_id, invited_user_id) do update
        set invited_by = excluded.invited_by, status = excluded.status, expires_at = excluded.expires_at`
    yield* sql`
      update trip_invitations i set status = r.status
      from jsonb_to_recordset(${invitations}::text::jsonb) as r(
        trip_id uuid, invited_user_id uuid, invited_by uuid, status text)
      where i.trip_id = r.trip_id and i.invited_user_id = r.invited_user_id and r.invited_by is null
        and r.status is not null`
    yield* sql`
      delete from trip_invitations i
      using jsonb_to_recordset(${invitations}::text::jsonb) as r(trip_id uuid, invited_user_id uuid, gone boolean)
      where i.trip_id = r.trip_id and r.gone
        and (i.invited_user_id = r.invited_user_id or i.invited_by = r.invited_user_id)`
  }
  if (rows.vetoes.size > 0) {
    yield* sql`
      insert into trip_vetoes (id, trip_id, user_id, node_ids, tags)
      select gen_random_uuid(), trip_id, user_id, node_ids, tags
      from jsonb_to_recordset(${json(rows.vetoes)}::text::jsonb) as r(
        trip_id uuid, user_id uuid, node_ids uuid[], tags text[])
      on conflict (trip_id, user_id) do update
        set node_ids = excluded.node_ids, tags = excluded.tags, updated_at = now()`
    yield* sql`
      delete from trip_vetoes v
      using jsonb_to_recordset(${json(rows.vetoes)}::text::jsonb) as r(trip_id uuid, user_id uuid)
      where v.trip_id = r.trip_id and v.user_id = r.user_id and v.node_ids = '{}' and v.tags = '{}'`
  }
})

/** The events are new to the projections, in order per trip. */
export const project = Effect.fnUntraced(function* (envelopes: ReadonlyArray<TripEventEnvelope>) {
  if (envelopes.length === 0) return
  const rows = new Rows()
  for (const one of envelopes) {
    apply(rows, one)
    rows.patch(one.trip_id, { state_version: one.seq })
  }
  yield* writeTrips(rows)
  yield* writeSlots(rows)
  yield* writePeople(rows)
})
