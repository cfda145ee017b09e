/** What `reference --help` says. */
export const help = `The reference application: fund-load attempts in, decisions out.

  pnpm reference run --scenario SCENARIO --input FILE --output FILE [options]
  pnpm reference serve [--scenario SCENARIO] [--profile memory|tcp_local] [--port N] [--http2 h2c] [--console]
  pnpm reference parity [--input FILE | --lines N [--seed S]] [--json]
  pnpm reference generate --lines N [--seed S] [--output FILE]

run answers each line of the input that is not blank with one line of output, in the same order.

  --scenario   baseline, or experiment: Mondays count double, and prime ids have limits of their own
  --input      NDJSON, one attempt a line; - for standard input
  --output     NDJSON; - for standard output. Until the end of the run the lines are in FILE.part
  --profile    where the graph runs: memory (default), everything in one process; tcp_local, four groups of processes;
               zeromq_local, the same four over ZeroMQ; redis, the same four over the Redis that MILLRACE_REFERENCE_REDIS
               names; tcp_local_partitioned, the baseline with its state divided by id and by customer;
               tcp_local_durable, tcp_local with its state in that Redis
  --workers    how many workers each group has that the profile gives several: in tcp_local, tcp_local_durable,
               zeromq_local and redis those of features
  --hash-rounds  hash each id so often, to give the features something to do: 2000 take about a millisecond
  --resume     go on where an interrupted run has stopped: what FILE.part holds is compared, not written again; with
               state in Redis it is read and written on from there
  --json       print the summary as JSON on standard output
  --quiet      no progress and no summary

serve answers the same attempts over HTTP, WebSocket, NDJSON streams and GraphQL until it is stopped; docs/serve.md walks
through all of them. --profile tcp_local puts a web worker in front of workers for the features and the policy;
--http2 h2c serves HTTP/2 without encryption instead of HTTP/1.1.

parity runs both scenarios in every profile and variant and compares each output with the oracle's, byte for byte: on the
sample, on a file, or on generated lines. Exit code 1 when they differ, with the first line that does.

generate makes input of any size; the same seed gives the same bytes. generator/README.md lists its other options.

Examples

  # a hundred thousand lines to work with
  pnpm reference generate --lines 100000 --seed 1 --output attempts.ndjson

  # decide them
  pnpm reference run --scenario baseline --input attempts.ndjson --output decisions.ndjson

  # go on after Ctrl-C, a full disk or a crash
  pnpm reference run --scenario baseline --input attempts.ndjson --output decisions.ndjson --resume

  # the same bytes from four groups of processes, features in four workers
  pnpm reference run --scenario baseline --profile tcp_local --workers 4 --input attempts.ndjson --output decisions.ndjson

  # in a pipe; --silent keeps pnpm's own lines out of it
  gzip -dc attempts.gz | pnpm --silent reference run --scenario experiment --input - --output - | gzip > decisions.gz

Exit codes: 0 done, 1 the run failed, 2 arguments or configuration, 3 the start failed, 4 a worker failed, 5 a second signal
forced the end, 130 Ctrl-C, 143 SIGTERM.
`
