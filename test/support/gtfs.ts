// Feeds of transit as agencies give them out: a ZIP archive of tables, and a message of GTFS-realtime.
import { deflateRawSync } from "node:zlib"

/** A ZIP archive of these files, deflated. Checksums are left out: nobody here reads them. */
export const zipOf = (files: Readonly<Record<string, string>>): Buffer => {
  const parts: Array<Buffer> = []
  const directory: Array<Buffer> = []
  let at = 0
  for (const [name, text] of Object.entries(files)) {
    const plain = Buffer.from(text)
    const packed = deflateRawSync(plain)
    const head = Buffer.alloc(30)
    head.writeUInt32LE(0x04034b50, 0)
    head.writeUInt16LE(8, 8)
    head.writeUInt32LE(packed.length, 18)
    head.writeUInt32LE(plain.length, 22)
    head.writeUInt16LE(Buffer.byteLength(name), 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(8, 10)
    entry.writeUInt32LE(packed.length, 20)
    entry.writeUInt32LE(plain.length, 24)
    entry.writeUInt16LE(Buffer.byteLength(name), 28)
    entry.writeUInt32LE(at, 42)
    directory.push(entry, Buffer.from(name))
    parts.push(head, Buffer.from(name), packed)
    at += 30 + Buffer.byteLength(name) + packed.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Object.keys(files).length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, listed, end])
}

export interface FeedStop {
  readonly id: string
  readonly name: string
  readonly lat: number
  readonly lon: number
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`

/** A feed in which each line stops at these stops, one after the other. */
export const feedOf = (
  stops: ReadonlyArray<FeedStop>,
  lines: Readonly<Record<string, ReadonlyArray<string>>>,
  until = "20991231"
): Readonly<Record<string, string>> => ({
  "agency.txt": "agency_id,agency_name\nA,Agency\n",
  "stops.txt": [
    "stop_id,stop_name,stop_lat,stop_lon,parent_station",
    ...stops.flatMap(({ id, name, lat, lon }) => [
      `${id},${quoted(name)},${lat},${lon},`,
      `${id}-platform,${quoted(name)},${lat},${lon},${id}`
    ])
  ].join("\r\n"),
  "routes.txt": ["route_id,route_short_name", ...Object.keys(lines).map((id) => `${id},Line ${id}`)].join("\n"),
  "trips.txt": ["route_id,service_id,trip_id", ...Object.keys(lines).map((id) => `${id},S,trip ${id}`)].join("\n"),
  "stop_times.txt": [
    "trip_id,arrival_time,departure_time,stop_id,stop_sequence",
    ...Object.entries(lines).flatMap(([id, at]) =>
      at.map((stop, i) => `trip ${id},08:0${i % 10}:00,08:0${i % 10}:00,${stop}-platform,${i}`)
    )
  ].join("\n"),
  "calendar.txt": `service_id,monday,start_date,end_date\nS,1,20200101,${until}\n`
})

const varint = (value: number): Buffer => {
  const bytes: Array<number> = []
  let left = value
  while (left > 127) {
    bytes.push((left % 128) + 128)
    left = Math.floor(left / 128)
  }
  return Buffer.from([...bytes, left])
}
const number = (field: number, value: number): Buffer => Buffer.concat([varint(field * 8), varint(value)])
const bytes = (field: number, value: Buffer | string): Buffer => {
  const content = typeof value === "string" ? Buffer.from(value) : value
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content])
}

export interface FeedAlert {
  readonly id: string
  readonly lines: ReadonlyArray<string>
  readonly effect: number
  /** Unix seconds. */
  readonly from?: number
  readonly until?: number
}

export interface FeedTrip {
  readonly line: string
  /** Seconds. */
  readonly late: number
}

/** A message of GTFS-realtime. */
export const realtimeOf = (alerts: ReadonlyArray<FeedAlert>, trips: ReadonlyArray<FeedTrip> = []): Buffer =>
  Buffer.concat([
    bytes(1, bytes(1, "2.0")),
    ...alerts.map(({ effect, from, id, lines, until }) =>
      bytes(
        2,
        Buffer.concat([
          bytes(1, id),
          bytes(
            5,
            Buffer.concat([
              ...(from === undefined && until === undefined
                ? []
                : [
                    bytes(1, Buffer.concat([number(1, from ?? 0), ...(until === undefined ? [] : [number(2, until)])]))
                  ]),
              ...lines.map((line) => bytes(5, bytes(2, line))),
              number(7, effect),
              bytes(10, bytes(1, bytes(1, "Trains are late")))
            ])
          )
        ])
      )
    ),
    ...trips.map(({ late, line }, i) =>
      bytes(
        2,
        Buffer.concat([
          bytes(1, `trip ${i}`),
          bytes(3, Buffer.concat([bytes(1, bytes(5, line)), bytes(2, bytes(2, number(1, late)))]))
        ])
      )
    )
  ])
