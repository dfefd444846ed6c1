#!/usr/bin/env bash
# The verdict about a document of PAdES-B-LTA, ours beside that of pyHanko's AdES API: the same documents (50 KB, 10 MB,
# 100 MB), in memory, without network, in turn in the same minute.
#
#   bash benches/archive_pyhanko.sh
#
# `SIGILLUM_JUDGES_PYTHON` names an interpreter with pyHanko; without it the one that tests/run installs is used.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/judges.sh

python=${SIGILLUM_JUDGES_PYTHON:-$(judges_python)}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cargo bench --locked --quiet --bench archive --no-run
for _ in 1 2 3; do
  SIGILLUM_BENCH_WRITE=$folder cargo bench --locked --quiet --bench archive
  "$python" benches/archive_pyhanko.py "$folder/root.der" 2026-07-01T00:00:00+00:00 11 "$folder"/*.pdf
done
