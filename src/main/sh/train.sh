#!/usr/bin/env bash
# Puts the launcher beside the jar and trains its two AOT caches (JEP 514): a server that is asked what it is usually
# asked, and a CLI that deploys. Classes seen here are parsed, linked and profiled once instead of at every start.
set -euo pipefail
java=$1 jar=$2
target=$(cd "$(dirname "$jar")" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
chmod 0711 "$work" # root's apps have users of their own, who have to get through
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT

[ "$here" = "$target" ] || install -m 0755 "$here/backendim" "$target/backendim"
if [ "$target/backendim.aot" -nt "$jar" ] && [ "$target/backendim-serve.aot" -nt "$jar" ]; then
  exit 0
fi
rm -f "$target"/backendim*.aot

export XDG_CONFIG_HOME="$work/config" XDG_DATA_HOME="$work/share"
quiet=(-Xlog:disable -Xlog:all=error:stderr)

# Not the machine's own configuration: with it, the training would be done on the database that it names.
printf 'log-level: info\n' >"$work/backendim.yml"
# By the launcher, so that the server is trained with the very flags that it will run with.
JAVA_HOME=$(dirname "$(dirname "$java")") BACKENDIM_JAVA_OPTIONS="-XX:AOTCacheOutput=$target/backendim-serve.aot" \
  "$target/backendim" serve --json --config-file "$work/backendim.yml" --data "$work/data" --port 0 --apps-port 0 --set limits.deploys-per-minute=100 \
  >"$work/serve.json" 2>"$work/serve.log" &
server=$!
for _ in $(seq 600); do # it says where it listens when it does
  [ ! -s "$work/serve.json" ] || break
  kill -0 "$server" 2>/dev/null || { cat "$work/serve.log" >&2; exit 1; }
  sleep 0.1
done
BACKENDIM_URL=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$work/serve.json")
apps_port=$(sed -n 's/.*"apps":"[^"]*:\([0-9]*\)".*/\1/p' "$work/serve.json")
export BACKENDIM_URL

cli() { "$java" "${quiet[@]}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -jar "$target/backendim.jar" "$@" >>"$work/cli.log" 2>&1; }
mkdir "$work/app"
if command -v python3 >/dev/null; then
  cat >"$work/app/app.py" <<'PYTHON'
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Hello).serve_forever()
PYTHON
  # shellcheck disable=SC2016 # the app's own PORT is meant
  runtime=python entrypoint='entrypoint: python3 app.py --port $PORT'
else # a machine whose apps are elsewhere, as on Kubernetes
  printf 'hello\n' >"$work/app/index.html"
  runtime=static entrypoint=
fi
cat >"$work/app/backend.yml" <<YAML
name: trained
runtime: $runtime
$entrypoint
env:
  - GREETING=hello
resources:
  memory: 256Mi
  cpu: 2
healthcheck: /
YAML
for round in $(seq 12); do # redeploys are what a server does all day: their profiles are worth keeping
  printf 'ROUND = %s\n' "$round" >"$work/app/round.py"
  cli deploy --dir "$work/app" || { cat "$work/cli.log" >&2; exit 1; }
done
cli status -p trained || true
cli logs -p trained --lines 10 || true
for _ in $(seq 50); do
  command -v curl >/dev/null || break
  curl -s -o /dev/null -H "Host: trained.localhost:$apps_port" "http://127.0.0.1:$apps_port/"
  curl -s "$BACKENDIM_URL/healthz" "$BACKENDIM_URL/metrics" "$BACKENDIM_URL/openapi.json" >/dev/null
done
printf 'ROUND = "last"\n' >"$work/app/round.py"
# Several commands in one process: what none of them has loaded, each start has to load and link itself. Without profiles:
# a command ends before what they have compiled early is worth the time that it took.
"$java" "${quiet[@]}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
  -XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining -XX:AOTCacheOutput="$target/backendim.aot" \
  -cp "$target/backendim.jar" im.backend.cli.Training "deploy --watch --dir $work/app" "status -p trained" "logs -p trained -n 5" \
  "releases -p trained" "project list" "whoami" "deploy --help" "--help" >>"$work/cli.log" 2>&1
cli destroy -p trained --confirm trained || true
kill "$server"
wait "$server" || true
server=
