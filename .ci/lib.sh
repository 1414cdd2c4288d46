# shellcheck shell=bash
# What the scripts of this folder share. Sourced; the caller has set -euo pipefail.
# They say what they do on stderr: stdout is for what their callers read.

# Without it, what fails within $(…) goes on.
shopt -s inherit_errexit

ci="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# Kept outside the tree, by content, so that the next run starts at once.
cache="${XDG_CACHE_HOME:-$HOME/.cache}/zap-obs"

say() { echo "$*" >&2; }

# What is wrong, then the next step. The last line on stderr, which src/tooling/images.ts shows.
die() {
  say "$*"
  exit 1
}

# adopt SETTINGS: exports the lines NAME=value of another script's output.
adopt() {
  local setting
  while read -r setting; do
    if [ -n "$setting" ]; then export "${setting?}"; fi
  done <<< "$1"
}

# content_of PATH…: a short hash of the names and the content of files, and of all files of folders.
content_of() {
  find "$@" -type f -print0 | LC_ALL=C sort -z | (cd / && xargs -0 sha256sum) | sed "s|$ci/||" | sha256sum | cut -c1-16
}

# cached NAME HASH COMMAND…: prints the folder NAME-HASH of the cache. Where there is none, COMMAND fills it, given a
# folder as its last argument. It appears whole or not at all, also when two runs make it at the same time.
# To be called as $(cached …), whose own shell the trap belongs to.
cached() {
  local folder="$cache/$1-$2" unfinished
  if [ ! -d "$folder" ]; then
    mkdir -p "$cache"
    unfinished="$(mktemp -d "$cache/.unfinished-$1-XXXXXX")"
    # shellcheck disable=SC2064 # The variable is gone when the trap runs.
    trap "rm -rf '$unfinished'" EXIT
    "${@:3}" "$unfinished" >&2
    chmod 755 "$unfinished"
    mv -T "$unfinished" "$folder" 2> /dev/null || [ -d "$folder" ]
  fi
  echo "$folder"
}

has() { command -v "$1" > /dev/null; }

# need COMMAND PACKAGE…: installs packages of Debian where the command is missing.
need() {
  if has "$1"; then return; fi
  need_debian "$1 is missing"
  say "Installing ${*:2} …"
  apt-get update -q >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${@:2}" >&2
}

# need_debian WHY
need_debian() {
  if ! has apt-get || ! has dpkg-deb; then
    die "$1, and this is no Debian, where it would be installed. Install it, or use IMAGES=pulled on a machine that reaches the image registries."
  fi
  if [ "$(id -u)" != 0 ]; then
    die "$1, and only root can install it. Run the same command as root, or install it yourself."
  fi
}

# need_go FOR
need_go() {
  if ! has go; then
    die "Go is missing, which $1 is built with. Install Go 1.25 or newer and run the same command again."
  fi
}
