#!/usr/bin/env bash
# The gate of a pull request: check, build --check, and what the change means.
#
# Nothing of the pull request is run. Its files are read from git's objects into a folder of their own, with the
# configuration that the base branch has, so that no pull request can relax the rules that it is judged by.
#
# Run it in a clone with the base's history (`fetch-depth: 0`). It reads, from the environment:
#
#   CATPROOF_TOOL           the catproof to run (default: `catproof`)
#   CATPROOF_BASE           the branch or commit to compare with; empty: compare with nothing, and judge HEAD by its own
#                           configuration
#   CATPROOF_HEAD           the commit that is judged (default: `HEAD`)
#   CATPROOF_CONFIG         the configuration (default: `catproof.toml`)
#   CATPROOF_CATALOG, CATPROOF_CATALOG_LOCAL   the folders, where the configuration does not name them
#   CATPROOF_FAIL_ON        `error` (default) or `warning`
#   CATPROOF_DIFF_GATE      which changes fail: `breaking` (default), `review` or `none`
#   CATPROOF_SARIF          where the SARIF file goes (default: `catproof.sarif` in RUNNER_TEMP or the working folder)
#   GITHUB_STEP_SUMMARY     where the summary goes; without it, to standard output
#
# It exits as catproof does: 0 clean, 1 findings, drift or a gate, 2 the job could not be done, 3 no input.
set -euo pipefail

tool="$(command -v "${CATPROOF_TOOL:-catproof}")" || {
  echo "catproof is not here: ${CATPROOF_TOOL:-catproof}" >&2
  exit 2
}
tool="$(cd "$(dirname "$tool")" && pwd)/$(basename "$tool")"
head="${CATPROOF_HEAD:-HEAD}"
base="${CATPROOF_BASE:-}"
config="${CATPROOF_CONFIG:-catproof.toml}"
gate="${CATPROOF_DIFF_GATE:-breaking}"
sarif="${CATPROOF_SARIF:-${RUNNER_TEMP:-$PWD}/catproof.sarif}"
[[ "$sarif" == /* || "$sarif" == [A-Za-z]:* ]] || sarif="$PWD/$sarif"

cd "$(git rev-parse --show-toplevel)"
git_folder="$(git rev-parse --absolute-git-dir)"
scratch="$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/catproof.XXXXXX")"
trap 'rm -rf "$scratch"' EXIT

# What is printed may quote the pull request: between these lines GitHub's runner takes no workflow command from it.
token="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
quote() { [[ -z "${GITHUB_ACTIONS:-}" ]] || echo "::stop-commands::$token"; }
unquote() { [[ -z "${GITHUB_ACTIONS:-}" ]] || echo "::$token::"; }

stop() {
  [[ -z "${GITHUB_ACTIONS:-}" ]] || echo "::error title=catproof::$1"
  echo "catproof: $1" >&2
  exit 2
}

commit() {
  git rev-parse --quiet --verify --end-of-options "$1^{commit}" || true
}

# Writes the files of a commit.
#
# Byte for byte: no attribute of the commit hides or changes a file. A symbolic link becomes a file that holds its
# target, so that nothing outside of the folder is read.
write_tree() {
  local commit="$1" folder="$2"
  mkdir "$folder"
  GIT_INDEX_FILE="$scratch/index" git read-tree "$commit"
  GIT_INDEX_FILE="$scratch/index" git --attr-source="$(git hash-object -t tree /dev/null)" \
    -c core.autocrlf=false -c core.symlinks=false checkout-index --all --prefix="$folder/"
}

# Puts the configuration of a commit into a folder, or none. It comes last, so that no name that a file system takes for
# the same stands in its place.
write_config() {
  local commit="$1" folder="$2"
  rm -rf "${folder:?}/$config"
  if [[ -n "$(config_of "$commit")" ]]; then
    mkdir -p "$(dirname "$folder/$config")"
    git --git-dir="$git_folder" cat-file blob "$commit:$config" >"$folder/$config"
  fi
}

config_of() {
  git --git-dir="$git_folder" rev-parse --quiet --verify --end-of-options "$1:$config" || true
}

head_commit="$(commit "$head")"
[[ -n "$head_commit" ]] || stop "there is no commit to judge: check the repository out first"
judge_commit="$head_commit"
if [[ -n "$base" ]]; then
  tip="$(commit "refs/remotes/origin/$base")"
  [[ -n "$tip" ]] || tip="$(commit "$base")"
  [[ -n "$tip" ]] || stop "the base is not in this clone: check out with \`fetch-depth: 0\`"
  # What the base gained since is no change of this pull request.
  fork="$(git merge-base "$tip" "$head_commit")" ||
    stop "the base and the pull request have no common history in this clone: check out with \`fetch-depth: 0\`"
  judge_commit="$tip"
fi
write_tree "$head_commit" "$scratch/head"
write_config "$judge_commit" "$scratch/head"

options=()
if [[ -n "${CATPROOF_CONFIG:-}" ]]; then
  [[ -n "$(config_of "$judge_commit")" ]] || stop "there is no \`$config\` to judge by"
  options+=(--config "$config")
fi
[[ -z "${CATPROOF_CATALOG:-}" ]] || options+=(--catalog "$CATPROOF_CATALOG")
[[ -z "${CATPROOF_CATALOG_LOCAL:-}" ]] || options+=(--catalog-local "$CATPROOF_CATALOG_LOCAL")

cd "$scratch/head"
summary="$scratch/summary.md"
result=0
worst() { (($1 <= result)) || result="$1"; }

# 1. Is the catalog right?
status=0
"$tool" check ${options[@]+"${options[@]}"} --fail-on "${CATPROOF_FAIL_ON:-error}" \
  --format github --format "sarif=$sarif" --format "concise=$scratch/findings.txt" || status=$?
worst "$status"
{
  echo "## catproof"
  echo
  case "$status" in
  0) echo "**check**: passed" ;;
  1) echo "**check**: failed" ;;
  *) echo "**check**: could not be done, see the log" ;;
  esac
  if [[ -s "$scratch/findings.txt" ]]; then
    echo
    # Indented, no text of a finding is markup.
    head -n 200 "$scratch/findings.txt" | sed 's/^/    /'
    more="$(($(wc -l <"$scratch/findings.txt") - 200))"
    ((more <= 0)) || printf '\n%s more findings are in the SARIF file.\n' "$more"
  fi
  echo
} >"$summary"

# 2. Are the committed artifacts current? Where the catalog has errors, nothing is compiled.
if ((status == 0)); then
  quote
  "$tool" build --check ${options[@]+"${options[@]}"} --format "concise=$scratch/build.txt" || status=$?
  unquote
  worst "$status"
  case "$status" in
  0) echo "**build --check**: the artifacts are current" ;;
  1) echo "**build --check**: the artifacts are not current; run \`catproof build\` and commit what it writes" ;;
  *) echo "**build --check**: could not be done, see the log" ;;
  esac >>"$summary"
else
  echo "**build --check**: not done, because of the findings above" >>"$summary"
fi
echo >>"$summary"

# 3. What does the change mean?
if [[ -n "$base" ]]; then
  gating=()
  [[ "$gate" == none ]] || gating=(--gate "$gate")
  status=0
  # It reads the base from git, and judges by the base's configuration of its own accord. The pull request has its own
  # again, so that what it relaxes is told.
  echo "gitdir: $git_folder" >"$scratch/head/.git"
  write_config "$head_commit" "$scratch/head"
  "$tool" diff ${options[@]+"${options[@]}"} --base "$fork" --format markdown ${gating[@]+"${gating[@]}"} >"$scratch/diff.md" || status=$?
  worst "$status"
  cat "$scratch/diff.md" >>"$summary"
  if [[ "$(config_of "$judge_commit")" != "$(config_of "$head_commit")" ]]; then
    echo >>"$summary"
    echo "The configuration changes too. It takes effect once it is merged: check and build used that of the base." >>"$summary"
  fi
fi

if [[ -n "${GITHUB_STEP_SUMMARY:-}" ]]; then
  cat "$summary" >>"$GITHUB_STEP_SUMMARY"
fi
quote
cat "$summary"
unquote
if [[ -n "${GITHUB_OUTPUT:-}" && -f "$sarif" ]]; then
  echo "sarif=$sarif" >>"$GITHUB_OUTPUT"
fi
exit "$result"
