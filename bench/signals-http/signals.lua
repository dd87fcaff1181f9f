-- Signals with ids of their own: the time, the thread and a counter, laid out as a UUID of version 7.
local batch = tonumber(os.getenv("SIGNALS_BATCH"))
local token = os.getenv("SIGNALS_TOKEN")
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local sent = 0

function init()
  base = os.time() % 0x1000000
  wrk.method = "POST"
  wrk.headers["authorization"] = "Bearer " .. token
  wrk.headers["content-type"] = "application/json"
end

local function one()
  sent = sent + 1
  local id = string.format("%08x-%04x-7000-8000-%012x", base + 0x01000000, number, sent)
  return '{"id":"' .. id .. '","signal_type":"slot_accept","slot_id":"00000000-0000-7000-8000-000000000001",'
    .. '"occurred_at":"' .. os.date("!%Y-%m-%dT%H:%M:%SZ") .. '",'
    .. '"context":{"time_to_action_ms":2300,"day_part":"evening","position":3}}'
end

function request()
  if batch == 0 then return wrk.format(nil, nil, nil, "[]") end
  if batch == 1 then return wrk.format(nil, nil, nil, one()) end
  local items = {}
  for i = 1, batch do items[i] = one() end
  return wrk.format(nil, nil, nil, "[" .. table.concat(items, ",") .. "]")
end


function done(summary, latency)
  io.write(string.format("JSON {\"requests\":%d,\"micros\":%d,\"p50\":%d,\"p99\":%d,\"non2xx\":%d,\"socket\":%d}\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
