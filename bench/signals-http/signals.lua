-- Signals as an app sends them: of a traveler's own trip, its stops and their places. Their ids are the time, the thread
-- and a counter, laid out as a UUID of version 7.
local batch = tonumber(os.getenv("SIGNALS_BATCH"))
local threads = 0

-- A line for each traveler: token, trip, then stop and place in turn.
local travelers = {}
for line in io.lines(os.getenv("SIGNALS_TRAVELERS")) do
  local words = {}
  for word in line:gmatch("%S+") do words[#words + 1] = word end
  local stops = {}
  for at = 3, #words, 2 do
    stops[#stops + 1] = '"slot_id":"' .. words[at] .. '","activity_node_id":"' .. words[at + 1] .. '"'
  end
  travelers[#travelers + 1] = {
    headers = { ["authorization"] = "Bearer " .. words[1], ["content-type"] = "application/json" },
    trip = words[2],
    stops = stops
  }
end

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local sent = 0

function init()
  base = os.time() % 0x1000000
  wrk.method = "POST"
end

local function one(traveler)
  sent = sent + 1
  local id = string.format("%08x-%04x-7000-8000-%012x", base + 0x01000000, number, sent)
  return '{"id":"' .. id .. '","signal_type":"slot_view","trip_id":"' .. traveler.trip .. '",'
    .. traveler.stops[sent % #traveler.stops + 1]
    .. ',"occurred_at":"' .. os.date("!%Y-%m-%dT%H:%M:%SZ") .. '",'
    .. '"context":{"time_to_action_ms":2300,"day_part":"evening","position":3}}'
end

local asked = 0

function request()
  asked = asked + 1
  local traveler = travelers[asked % #travelers + 1]
  if batch == 0 then return wrk.format(nil, nil, traveler.headers, "[]") end
  if batch == 1 then return wrk.format(nil, nil, traveler.headers, one(traveler)) end
  local items = {}
  for i = 1, batch do items[i] = one(traveler) end
  return wrk.format(nil, nil, traveler.headers, "[" .. table.concat(items, ",") .. "]")
end

function done(summary, latency)
  io.write(string.format("JSON {\"requests\":%d,\"micros\":%d,\"p50\":%d,\"p99\":%d,\"non2xx\":%d,\"socket\":%d}\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
