-- What wrk asks with, and what it says at the end: one line of JSON. The body is given to it by the environment.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = os.getenv("WRK_BODY")

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format(
    '{"requests":%d,"failed":%d,"wallUs":%d,"p50Us":%d,"p99Us":%d}',
    summary.requests, failed, summary.duration, latency:percentile(50), latency:percentile(99)))
end
