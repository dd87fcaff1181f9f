import * as Schema from "effect/Schema"

/** The server could not listen where it was told to. */
export class ListenFailed extends Schema.TaggedError<ListenFailed>()("ListenFailed", {
  host: Schema.String,
  port: Schema.Int,
  /** The operating system's word for it, such as `EADDRINUSE`. */
  code: Schema.String
}) {
  override get message(): string {
    switch (this.code) {
      case "EADDRINUSE":
        return `Port ${this.port} on ${this.host} is already in use: stop the program that uses it, or set PORT to a free one.`
      case "EACCES":
        return `Port ${this.port} on ${this.host} may not be opened by this user: set PORT to one above 1023.`
      case "EADDRNOTAVAIL":
        return `${this.host} is not an address of this machine: set HOST to one that is, such as 127.0.0.1 or 0.0.0.0.`
      case "ENOTFOUND":
      case "EAI_AGAIN":
        return `The host name ${this.host} cannot be resolved: set HOST to an address of this machine, such as 127.0.0.1.`
      default:
        return `Cannot listen on ${this.host} port ${this.port} (${this.code}): set HOST and PORT to an address that is free.`
    }
  }
}

/** The native server's binary does not load here. */
export class NativeServerMissing extends Schema.TaggedError<NativeServerMissing>()("NativeServerMissing", {
  cause: Schema.String,
  node: Schema.String
}) {
  override get message(): string {
    return `The HTTP server's native part does not load on Node ${this.node} (${this.cause}): run \`npm ci\` under Node 22 on Linux with glibc 2.27 or newer, macOS or Windows.`
  }
}

export type ServeError = ListenFailed | NativeServerMissing
