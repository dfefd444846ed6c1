#!/usr/bin/env bash
# The real service on a disk that is full, and then on one that cannot be written: nothing leaves that the journal does
# not know, and it recovers by itself. Runs in a mount namespace of its own: unshare -rm bash tests/serve_disk.sh PROGRAM
set -euo pipefail
program=$1
base=$(mktemp -d)
data="$base/data"
mkdir "$data"
mount -t tmpfs -o size=4m,mode=0700 none "$data"
"$program" serve --data "$data" --listen 127.0.0.1:0 --lang en >"$base/out" 2>"$base/log" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; umount -l "$data"; rm -rf "$base"' EXIT
for _ in $(seq 300); do
  grep -q '^curl.*/v1/seals' "$base/out" && break
  sleep 0.1
done
address=$(sed -n "s#^curl.*'\(https://[^/]*\)/v1/seals.*#\1#p" "$base/out")
[ -n "$address" ] || { cat "$base/out" "$base/log"; exit 1; }

# post PATH: the status; the answer lies in $base/answer, its head in $base/head. Secrets are read once, since the disk
# that they lie on gets full.
cp "$data/demo/tls-root.pem" "$data/demo/token" "$data/demo/sample.pdf" "$base"
post() {
  curl -sS --noproxy '*' --cacert "$base/tls-root.pem" -H "Authorization: Bearer $(cat "$base/token")" \
    -H 'Content-Type: application/pdf' --data-binary @"$base/sample.pdf" \
    -o "$base/answer" -D "$base/head" -w '%{http_code}' "$address$1"
}
fail() { echo "$*"; cat "$base/head" "$base/answer"; tail -5 "$base/log"; exit 1; }
validation='/v1/validations?policy=no-revocation'
seal='/v1/seals?profile=demo'
: >"$base/answered"

# answered PATH: what was answered is an answer, whose identifier has to stand in the journal in the end.
answered() {
  if [ "$1" = "$seal" ]; then
    tr -d '\r' <"$base/head" | sed -n 's/^sigillum-seal-id: //Ip' >>"$base/answered"
  else
    { sed 's/.*"reportId":"\([^"]*\)".*/\1/' "$base/answer"; echo; } >>"$base/answered"
  fi
}
# unavailable PATH: what was answered is the refusal, by its code, and nothing of a result.
unavailable() {
  grep -q '"code":"journal-unavailable"' "$base/answer" || fail "$1: another problem"
  ! grep -qi '^sigillum-seal-id' "$base/head" && ! grep -q 'reportId\|%PDF' "$base/answer" || fail "$1: something left"
}
good() { [ "$(post "$1")" = 200 ] && answered "$1"; }
refused() { [ "$(post "$1")" = 503 ] && unavailable "$1"; }
fill() { cat /dev/zero >"$data/filler" 2>/dev/null || true; }
# Room that the journal's files already have may take some records before the disk is felt to be full.
until_refused() {
  for _ in $(seq 3000); do
    case $(post "$1") in
      200) answered "$1" ;;
      503) unavailable "$1"; return ;;
      *) fail "$1: neither an answer nor a refusal" ;;
    esac
  done
  fail "$1: the full disk was never felt"
}

good "$validation" || fail "a validation"
good "$seal" || fail "a seal"

fill
until_refused "$validation"
refused "$seal" || fail "a seal on a full disk"
[ "$(curl -sS --noproxy '*' --cacert "$base/tls-root.pem" -o /dev/null -w '%{http_code}' "$address/health/ready")" = 503 ] \
  || fail "ready on a full disk"
rm "$data/filler"
good "$validation" || fail "a validation after the disk had room again"
good "$seal" || fail "a seal after the disk had room again"

fill
until_refused "$seal"
# The failure has closed the journal's file, so that the disk can be taken away from under it.
mount -o remount,ro "$data"
refused "$seal" || fail "a seal on a disk that cannot be written"
refused "$validation" || fail "a validation on a disk that cannot be written"
mount -o remount,rw "$data"
rm "$data/filler"
good "$seal" || fail "a seal after the disk could be written again"
good "$validation" || fail "a validation after the disk could be written again"

kill "$server"
wait "$server" || fail "the service ended badly"
"$program" journal verify --data "$data" --lang en || fail "the journal is broken"
"$program" journal list --data "$data" --format json >"$base/records"
while read -r id; do
  [ -n "$id" ] || continue
  grep -q "\"id\":\"$id\"" "$base/records" || fail "an answer without a record: $id"
done <"$base/answered"
echo "all of it held: $(wc -l <"$base/answered") answers, $(wc -l <"$base/records") records"
