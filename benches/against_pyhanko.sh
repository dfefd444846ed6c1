#!/usr/bin/env bash
# A seal of ours beside one of pyHanko's signer: the same file, the same key in memory, in turn in the same minute.
#
#   bash benches/against_pyhanko.sh [FILE]     without FILE: a document of 50 KB
#
# `SIGILLUM_JUDGES_PYTHON` names an interpreter with pyHanko; without it the one that tests/run installs is used.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tests/judges.sh

python=${SIGILLUM_JUDGES_PYTHON:-$(judges_python)}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cargo bench --locked --quiet --bench sealing --no-run
if [ $# = 0 ]; then
  SIGILLUM_BENCH_WRITE=$folder cargo bench --locked --quiet --bench sealing
  file=$folder/50-kb.pdf
else
  file=$1
fi
for _ in 1 2 3; do
  SIGILLUM_BENCH_FILE=$(realpath "$file") cargo bench --locked --quiet --bench sealing
  "$python" benches/against_pyhanko.py "$file" fixtures/bench/p256.p8 fixtures/bench/p256.pem ecdsa 200
  "$python" benches/against_pyhanko.py "$file" fixtures/bench/rsa2048.p8 fixtures/bench/rsa2048.pem pss 200
done
