#!/usr/bin/env bash
# Builds catproof from the commit of the action that the workflow names, and says where it is.
# It runs in the action's own folder: cargo and rustup read their settings from the working folder, and those of a
# pull request can name programs to run.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if [[ "$PWD/" == "${GITHUB_WORKSPACE:?}/"* && "${GITHUB_EVENT_NAME:-}" == pull_request* ]]; then
  echo "::error::\`uses: ./\` would run the pull request's own code: name the action by its repository and a commit"
  exit 2
fi
command -v cargo >/dev/null || {
  echo "::error::catproof is built with Rust, and there is no cargo: install Rust first, or name a built catproof as \`tool\`"
  exit 2
}

root="${RUNNER_TEMP:?}/catproof-tool"
cargo install --locked --path . --root "$root"
echo "tool=$root/bin/catproof" >>"${GITHUB_OUTPUT:?}"
