/** Readings that are not sent again while they are as they were. Declared apart from its making, so that the contract stays free of server code. */
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"

export class Validators extends HttpApiMiddleware.Service<Validators>()("overplanned/Validators") {}
