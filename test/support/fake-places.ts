// A Places API (New) on a loopback socket: the real shape, and misbehaviour on command.
import { createServer, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"

export type Mood = "well" | "quota" | "denied" | "broken" | "gibberish" | "hang" | "drop" | "half"

export interface Call {
  readonly mask: string
  readonly key: string
  readonly body: Record<string, unknown> & { readonly textQuery: string }
}

const text = (value: string) => ({ text: value, languageCode: "en" })

const lisbon = {
  id: "city-lisbon",
  displayName: text("Lisbon"),
  location: { latitude: 38.7223, longitude: -9.1393 },
  viewport: { low: { latitude: 38.69, longitude: -9.23 }, high: { latitude: 38.8, longitude: -9.09 } },
  timeZone: { id: "Europe/Lisbon" },
  addressComponents: [{ longText: "Portugal", shortText: "PT", types: ["country", "political"] }]
}

const placesFor = (query: string) => {
  const kind = query.split(" in ")[0]!
  const type = { restaurants: "portuguese_restaurant", cafes: "cafe", museums: "museum", parks: "park", bars: "bar" }[
    kind
  ]
  if (type === undefined) return []
  return Array.from({ length: 3 }, (_, i) => ({
    id: `${type}-${i}`,
    displayName: text(`${kind} ${i}`),
    location: { latitude: 38.71 + i / 500 + kind.length / 1000, longitude: -9.14 },
    types: [type, "point_of_interest"],
    ...(i === 0 ? {} : { rating: 4.5, userRatingCount: 1200, priceLevel: "PRICE_LEVEL_MODERATE" }),
    ...(i === 2 ? { businessStatus: "CLOSED_PERMANENTLY" } : { businessStatus: "OPERATIONAL" }),
    regularOpeningHours: {
      periods: [
        { open: { day: 1, hour: 10 }, close: { day: 1, hour: 18, minute: 30 } },
        { open: { day: 5, hour: 20 }, close: { day: 6, hour: 2 } }
      ]
    },
    addressComponents: [{ longText: "Baixa", shortText: "Baixa", types: ["neighborhood"] }]
  }))
}

const read = async (request: IncomingMessage): Promise<string> => {
  let body = ""
  for await (const chunk of request) body += chunk
  return body
}

export const startFakePlaces = async () => {
  const calls: Array<Call> = []
  const state = { mood: "well" as Mood, known: [] as ReadonlyArray<object> }
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await read(request)) as Call["body"]
    calls.push({
      mask: String(request.headers["x-goog-fieldmask"]),
      key: String(request.headers["x-goog-api-key"]),
      body
    })
    const send = (status: number, value: unknown) => {
      response.writeHead(status, { "content-type": "application/json" })
      response.end(typeof value === "string" ? value : JSON.stringify(value))
    }
    if (request.url !== "/v1/places:searchText" || request.method !== "POST") return send(404, {})
    switch (state.mood) {
      case "quota":
        return send(429, { error: { code: 429, status: "RESOURCE_EXHAUSTED" } })
      case "denied":
        return send(403, { error: { code: 403, status: "PERMISSION_DENIED" } })
      case "broken":
        return send(503, "upstream connect error")
      case "gibberish":
        return send(200, "<html>captive portal</html>")
      case "hang":
        return
      case "drop":
        response.writeHead(200, { "content-length": "1000" })
        response.write('{"places":')
        request.socket.destroy()
        return
      default: {
        if (body["includedType"] === "locality")
          return send(200, /lisbon/i.test(body.textQuery) ? { places: [lisbon] } : {})
        const places: Array<unknown> = [...placesFor(body.textQuery)]
        if (body.textQuery.startsWith("restaurants in")) places.push(...state.known)
        // The real one leaves `places` out where there are none.
        const spoilt = state.mood === "half" ? [7, { id: 3 }, {}, ...places] : places
        return send(200, spoilt.length === 0 ? {} : { places: spoilt })
      }
    }
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    /** It knows these restaurants, too, wherever it is asked. */
    knows: (
      places: ReadonlyArray<{
        readonly name: string
        readonly lat: number
        readonly lon: number
        readonly stars: number
      }>
    ) => {
      state.known = places.map(({ name, lat, lon, stars }, i) => ({
        ...{ id: `known-${i}`, displayName: text(name), location: { latitude: lat, longitude: lon } },
        ...{ types: ["restaurant"], rating: stars, userRatingCount: 2_000, businessStatus: "OPERATIONAL" }
      }))
    },
    behave: (mood: Mood) => {
      state.mood = mood
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
  }
}
