/**
 * Who may do what: the promise, as one table. An operation of the contract without a row fails `authorisation.test.ts`, which
 * asks for every cell.
 *
 * 2xx done · 401 who are you · 403 not an administrator · 404 no such thing for you · 409 not as things stand · 422 not so
 */

export type Who = "nobody" | "stranger" | "invited" | "member" | "removed" | "owner" | "admin" | "erased" | "repeating"

/** Whoever is repeating was a member when they asked for the first time, under an Idempotency-Key, and was removed since. Nobody is asked who they are before they begin, with a code that somebody made for them (which is good once), where they hold a link to read, or answer a notification by its code; no demo runs here. An administrator is no member of anybody's trip. Only the owner invites, and an owner cannot leave. */
const TABLE = `
  operation               nobody    stranger  invited   member    removed   owner     admin     erased    repeating
  begin.vocabularies      200       200       200       200       200       200       200       200       200
  begin.map               200       200       200       200       200       200       200       200       200
  begin.demo              200       200       200       200       200       200       200       200       200
  begin.renewToken        401       200       200       200       200       200       401       401       200
  begin.signIn            200       200       200       200       200       200       200       401       401
  begin.enterDemo         404       404       404       404       404       404       404       404       404
  trips.create            401       201       201       201       201       201       201       401       201
  trips.list              401       200       200       200       200       200       200       401       200
  trips.read              401       404       404       200       404       200       404       401       404
  trips.change            401       404       404       200       404       200       404       401       404
  trips.delete            401       404       404       409       404       204       404       401       404
  trips.invite            401       404       404       409       404       200       404       401       404
  trips.join              401       404       200       200       404       200       404       401       404
  trips.leave             401       404       204       204       404       409       404       401       404
  trips.replan            401       404       404       200       404       200       404       401       404
  trips.vetoes            401       404       404       200       404       200       404       401       404
  trips.veto              401       404       404       200       404       200       404       401       404
  trips.editVetoes        401       404       404       200       404       200       404       401       404
  trips.changeSlot        401       404       404       200       404       200       404       401       404
  edits.add               401       404       404       201       404       201       404       401       404
  edits.choices           401       404       404       200       404       200       404       401       404
  edits.reorder           401       404       404       200       404       200       404       401       404
  edits.undo              401       404       404       200       404       200       404       401       404
  edits.fits              401       404       404       200       404       200       404       401       404
  trips.pivot             401       404       404       200       404       200       404       401       404
  trips.answerPivot       401       404       404       200       404       200       404       401       404
  votes.open              401       404       404       201       404       201       404       401       404
  votes.cast              401       404       404       200       404       200       404       401       404
  votes.read              401       404       404       200       404       200       404       401       404
  links.make              401       404       404       409       404       201       404       401       404
  links.mine              401       404       404       200       404       200       404       401       404
  links.revoke            401       404       404       404       404       204       404       401       404
  links.invitation        401       200       200       200       200       200       200       401       200
  links.accept            401       200       200       200       200       200       200       401       404
  shared.read             200       200       200       200       200       200       200       200       200
  push.key                401       200       200       200       200       200       200       401       200
  push.mine               401       200       200       200       200       200       200       401       200
  push.subscribe          401       200       200       200       200       200       200       401       200
  push.unsubscribe        401       404       404       404       404       204       404       401       404
  pushAnswers.answer      404       404       404       404       404       404       404       404       404
  people.persona          401       200       200       200       200       200       200       401       200
  people.onboard          401       200       200       200       200       200       200       401       200
  people.companions       401       200       200       200       200       200       200       401       200
  people.setCompanions    401       200       200       200       200       200       200       401       200
  companions.suggestions  401       200       200       200       200       200       200       401       200
  companions.open         401       200       200       200       200       200       200       401       200
  companions.answer       401       404       404       404       404       404       404       401       404
  people.makeCode         401       201       201       201       201       201       201       401       201
  people.export           401       200       200       200       200       200       200       401       200
  people.erase            401       202       202       202       202       202       202       401       401
  people.signals          401       202       202       202       202       202       202       401       202
  people.discovery        401       200       200       200       200       200       200       401       200
  cities.list             401       200       200       200       200       200       200       401       200
  cities.nodes            401       200       200       200       200       200       200       401       200
  cities.evidence         401       200       200       200       200       200       200       401       200
  admin.seedCity          401       403       403       403       403       403       202       401       403
  admin.beginSeedFile     401       403       403       403       403       403       201       401       403
  admin.putSeedFilePart   401       403       403       403       403       403       404       401       403
  admin.seedTrainingData  401       403       403       403       403       403       202       401       403
  admin.train             401       403       403       403       403       403       422       401       403
  admin.job               401       403       403       403       403       403       404       401       403
  admin.cancelJob         401       403       403       403       403       403       404       401       403
  admin.cityEvent         401       403       403       403       403       403       202       401       403
  admin.models            401       403       403       403       403       403       200       401       403
  admin.promote           401       403       403       403       403       403       409       401       403
  admin.traffic           401       403       403       403       403       403       404       401       403
  admin.rollback          401       403       403       403       403       403       404       401       403
  admin.shadow            401       403       403       403       403       403       200       401       403
  admin.costs             401       403       403       403       403       403       200       401       403
  admin.postSources       401       403       403       403       403       403       200       401       403
  admin.hoursToCheck      401       403       403       403       403       403       200       401       403
  admin.actors            401       403       403       403       403       403       200       401       403
  admin.actor             401       403       403       403       403       403       200       401       403
  admin.interrupt         401       403       403       403       403       403       200       401       403
`

const [HEAD = [], ...ROWS] = TABLE.trim()
  .split("\n")
  .map((line) => line.trim().split(/\s+/))
export const WHO = HEAD.slice(1) as Array<Who>
export const MATRIX = new Map(ROWS.map(([id = "", ...statuses]) => [id, statuses.map(Number)]))
