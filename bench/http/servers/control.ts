/** Tells the benchmark where this server listens and, when asked, what CPU time it has used. */
export const ready = (port: number): void => {
  process.on("message", (message) => {
    if (message === "cpu") {
      const { system, user } = process.cpuUsage()
      process.send!({ cpu: system + user, rss: process.memoryUsage.rss() })
    }
  })
  process.on("disconnect", () => process.exit(0))
  process.send!({ port })
}
