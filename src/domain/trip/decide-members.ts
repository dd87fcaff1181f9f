/** Who travels: invitations, joining, leaving, private vetoes. */
import type { NodeId, UserId } from "../ids.ts"
import type { Veto } from "../plan/model.ts"
import { MOST_RULED_OUT, type TripCommand } from "./commands.ts"
import { isMember } from "./model.ts"
import * as R from "./rejections.ts"
import { changed, changedBy, closed, isOver, reject, type TripDecision, type Turn, unchanged } from "./turn.ts"

const owns = (turn: Turn): boolean => turn.by === null || turn.by === turn.trip.user_id

const ownerOnly = (what: string) => new R.OwnerOnly({ message: `Only the trip's owner may ${what}.` })

export const invite = (turn: Turn, command: Extract<TripCommand, { _tag: "invite" }>): TripDecision => {
  const { trip } = turn
  if (isOver(trip)) return reject(closed(trip))
  if (!owns(turn)) return reject(ownerOnly("invite somebody"))
  if (isMember(trip, command.user_id)) return unchanged(turn)
  const open = trip.invitations.filter((one) => one.expires_at > turn.context.now && one.user_id !== command.user_id)
  if (trip.members.length + open.length >= turn.rules.maxMembers) return reject(groupFull(turn))
  const invitation = { user_id: command.user_id, invited_by: command.by, expires_at: command.expires_at }
  return changed(turn, { _tag: "member_invited", invitation })
}

const groupFull = (turn: Turn) =>
  new R.GroupFull({
    message: `A trip takes ${turn.rules.maxMembers} people, open invitations included; let one go first.`,
    limit: turn.rules.maxMembers
  })

export const join = (turn: Turn, userId: UserId): TripDecision => {
  const { trip } = turn
  if (isMember(trip, userId)) return unchanged(turn)
  if (isOver(trip)) return reject(closed(trip))
  const invitation = trip.invitations.find((one) => one.user_id === userId)
  if (invitation === undefined || invitation.expires_at <= turn.context.now) {
    return reject(new R.NotInvited({ message: "The invitation has expired; ask for a new one." }))
  }
  if (trip.members.length >= turn.rules.maxMembers) return reject(groupFull(turn))
  const ordinal = trip.members.reduce((most, member) => Math.max(most, member.ordinal), -1) + 1
  return changed(turn, { _tag: "member_joined", user_id: userId, ordinal })
}

const closeInvitation = (turn: Turn, userId: UserId): TripDecision => {
  if (userId !== turn.by && !owns(turn)) return reject(ownerOnly("withdraw an invitation"))
  const reason = userId === turn.by ? "declined" : "withdrawn"
  return changed(turn, { _tag: "invitation_closed", user_id: userId, reason })
}

/** Also of whoever was only asked: they decline, or are asked no more. */
export const leave = (turn: Turn, userId: UserId): TripDecision => {
  const { trip } = turn
  if (trip.invitations.some((one) => one.user_id === userId)) {
    return closeInvitation(turn, userId)
  }
  if (!isMember(trip, userId)) {
    return reject(new R.NotAMember({ message: "This person is not a member of the trip.", user_id: userId }))
  }
  if (userId === trip.user_id) {
    return reject(new R.OwnerOnly({ message: "The owner cannot leave the trip; delete it, or cancel it, instead." }))
  }
  if (userId !== turn.by && !owns(turn)) return reject(ownerOnly("remove somebody else"))
  return changed(turn, { _tag: "member_left", user_id: userId, erased: false })
}

/** Nobody is left who could open it, be told of it or be asked about it: that is how a trip goes. */
export const deleteTrip = (turn: Turn): TripDecision => {
  const { trip } = turn
  if (!owns(turn)) return reject(ownerOnly("delete it; you may leave it"))
  const goes = (user_id: UserId) => ({ _tag: "member_left", user_id, erased: false }) as const
  const others = trip.members.filter((member) => member.user_id !== trip.user_id)
  const { status } = trip
  // What a calendar completed it takes back where its clock was wrong: what is deleted stays over.
  const over =
    trip.completed_by_calendar === true ? [{ _tag: "status_changed", status, previous: status } as const] : []
  return changedBy(turn, [
    ...(isOver(trip) ? over : [{ _tag: "status_changed", status: "cancelled", previous: status } as const]),
    ...trip.invitations.map(({ user_id }) => ({ _tag: "invitation_closed", user_id, reason: "withdrawn" }) as const),
    ...others.map(({ user_id }) => goes(user_id)),
    goes(trip.user_id)
  ])
}

export const eraseMember = (turn: Turn, userId: UserId): TripDecision => {
  const { trip } = turn
  const known =
    isMember(trip, userId) ||
    trip.vetoes.some((one) => one.user_id === userId) ||
    trip.invitations.some((one) => one.user_id === userId || one.invited_by === userId)
  if (!known) return { ...unchanged(turn), transient: [{ _tag: "person_forgotten", user_id: userId }] }
  const next = trip.members.filter((member) => member.user_id !== userId).sort((a, b) => a.ordinal - b.ordinal)[0]
  const owner = trip.user_id === userId && next !== undefined ? { owner: next.user_id } : {}
  return changed(turn, { _tag: "member_left", user_id: userId, erased: true, ...owner })
}

const same = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length === b.length && a.every((one) => b.includes(one))

/** One at a time, whatever else was ruled out meanwhile on another device: what is named is added or taken back, and all else stays. */
export const editVetoes = (turn: Turn, command: Extract<TripCommand, { _tag: "edit_vetoes" }>): TripDecision => {
  const { add, by, remove } = command
  const before = turn.trip.vetoes.find((one) => one.user_id === by)
  const after = (of: "node_ids" | "tags") => [
    ...new Set([...(before?.[of] ?? []).filter((one) => !remove[of].some((other) => other === one)), ...add[of]])
  ]
  const node_ids = after("node_ids") as Array<NodeId>
  if (node_ids.length > MOST_RULED_OUT && node_ids.length > (before?.node_ids.length ?? 0)) {
    const message = `${MOST_RULED_OUT} places of this trip are ruled out by you already. Take one of them back first.`
    return reject(new R.DoesNotFit({ message }))
  }
  return setVetoes(turn, { user_id: by, node_ids, tags: after("tags") })
}

export const setVetoes = (turn: Turn, veto: Veto): TripDecision => {
  if (isOver(turn.trip)) return reject(closed(turn.trip))
  const before = turn.trip.vetoes.find((one) => one.user_id === veto.user_id)
  if (same(before?.node_ids ?? [], veto.node_ids) && same(before?.tags ?? [], veto.tags)) return unchanged(turn)
  return changed(turn, { _tag: "vetoes_set", veto })
}
