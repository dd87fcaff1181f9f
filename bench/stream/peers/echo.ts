/** Frames of the same sizes, and nothing in between: what the network alone costs. */
import * as uWS from "uWebSockets.js"

export const startEcho = (offer: string): Promise<number> =>
  new Promise((resolve) => {
    uWS
      .App()
      .ws("/*", { message: (socket) => void socket.send(offer) })
      .listen("127.0.0.1", 0, (listening) => resolve(uWS.us_socket_local_port(listening as unknown as uWS.us_socket)))
  })
