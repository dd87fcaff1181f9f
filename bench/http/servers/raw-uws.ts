import * as uWS from "uWebSockets.js"
import { accepted, trip } from "../work.ts"
import { ready } from "./control.ts"

const app = uWS.App()
app.get("/trips/:id", (response, request) => {
  response.writeHeader("content-type", "application/json").end(JSON.stringify(trip(request.getParameter(0)!)))
})
app.post("/signals", (response) => {
  response.onAborted(() => {})
  let body = Buffer.alloc(0)
  response.onData((chunk, last) => {
    body = Buffer.concat([body, Buffer.from(chunk)])
    if (!last) return
    const signal = JSON.parse(body.toString()) as { readonly id: string }
    response.writeHeader("content-type", "application/json").end(JSON.stringify(accepted(signal.id)))
  })
})
app.listen("127.0.0.1", 0, (socket) => ready(uWS.us_socket_local_port(socket as unknown as uWS.us_socket)))
