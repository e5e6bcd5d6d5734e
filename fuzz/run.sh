#!/usr/bin/env bash
# Fuzzes the named targets, or all of them, for five minutes each (SECONDS_EACH says otherwise), starting from the
# project's own fixtures. Needs `cargo install cargo-fuzz`; the toolchain may be stable, since no sanitizer is used:
# the project forbids unsafe code, and what is looked for is panics, overflows, hangs and broken properties.
set -euo pipefail
cd "$(dirname "$0")/.."

each=${SECONDS_EACH:-300}
all=(places check catalog emit fix report proxy discovery answers allowlist environment configuration)
targets=("${@:-${all[@]}}")

# The fixtures under names that tell their origin; what is drawn from bytes takes them for bytes.
seed() {
  local target=$1 corpus=fuzz/corpus/$1 file
  mkdir -p "$corpus"
  case $target in
    allowlist) set -- tests/rules -name '*.js' ;;
    configuration) set -- catproof.toml tests/rules -name '*.toml' ;;
    environment) set -- generated tests/guide/env.txt -name '.env.example' -o -name 'env.txt' ;;
    answers) set -- tests/probe/documents generated/discovery.lock.json tests/rules -name '*.json' ;;
    *) set -- tests/rules tests/guide catalog catalog_local -name '*.json' ;;
  esac
  find "$@" | while read -r file; do
    if [ -f "$file" ]; then cp "$file" "$corpus/${file//\//_}"; fi
  done
}

status=0
for target in "${targets[@]}"; do
  seed "$target"
  echo "== $target"
  cargo fuzz run --sanitizer none "$target" -- -max_total_time="$each" -timeout=20 -max_len=8192 -print_final_stats=1 ||
    status=1
done
exit $status
