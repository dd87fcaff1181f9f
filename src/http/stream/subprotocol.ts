/** The subprotocol that our streams select, and what becomes of who offers others alone. */
import { problemBody } from "../api/problems.ts"
import { type Admission, refuseWith, type UpgradeRequest } from "../uws/upgrade.ts"

/** A browser offers it beside `bearer.<token>` or `share.<secret>`, which are never echoed. */
export const PROTOCOL = "overplanned.v1"

/**
 * No socket opens for who offers subprotocols and ours is not among them: browsers want one of theirs selected, and a secret
 * is not given back. What is missing is said in the answer to the request.
 */
export const withoutProtocol = ({ protocols }: UpgradeRequest): Admission<never> | undefined => {
  if (protocols.length === 0 || protocols.includes(PROTOCOL)) return undefined
  const detail = `Offer the subprotocol ${PROTOCOL} beside what you offer, as in new WebSocket(address, ["${PROTOCOL}", "bearer.<token>"]): it is the one that is selected, and a token is never echoed.`
  const body = problemBody("invalid-request", 400, "The request is not of the form this route takes", detail)
  return refuseWith("400 Bad Request", JSON.stringify(body))
}
