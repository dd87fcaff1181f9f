/** The forecast API of Open-Meteo on a loopback socket. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"

export interface ForecastAnswer {
  readonly status: number
  readonly body: string
}

/** `answer` is what it says, or nothing at all. */
export const forecastServer = (answer: () => ForecastAnswer) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const paths: Array<string> = []
      const http = createServer((request, response) => {
        paths.push(request.url ?? "")
        const { status, body } = answer()
        response.writeHead(status, { "content-type": "application/json" }).end(body)
      })
      await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve))
      return { http, paths, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/` }
    }),
    ({ http }) => Effect.promise(() => new Promise<void>((resolve) => http.close(() => resolve())))
  )

/** So much rain in each hour from an instant on, and nothing else. */
export const forecast = (from: number, rain: ReadonlyArray<number | null>): ForecastAnswer => ({
  status: 200,
  body: JSON.stringify({
    hourly: {
      time: rain.map((_, i) => from / 1000 + i * 3600),
      rain,
      temperature_2m: rain.map(() => 12),
      snowfall: rain.map(() => 0),
      wind_speed_10m: rain.map(() => 10),
      weather_code: rain.map(() => null)
    }
  })
})
