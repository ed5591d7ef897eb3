#!/usr/bin/env bash
# Build the container image without a container engine: debootstrap makes a base under the name that
# the Dockerfile's FROM uses, buildah builds on it in a chroot. Nothing is pulled. The result is
# dist/heliograph-image.tar, which `docker load` and `podman load` read. Everything else is removed.
set -euo pipefail
cd "$(dirname "$0")/.."

stop() { echo "image: $1" >&2; exit 1; }
[ "$(id -u)" = 0 ] || stop "needs root, for debootstrap and the chroot. Run it as root."
for tool in buildah debootstrap; do
  command -v "$tool" >/dev/null || stop "$tool is not here. Install it: apt-get install $tool"
done

suite=bookworm
base=$(sed -n 's/^ARG BASE=//p' Dockerfile)
# The machine's own package source, so that this file names none.
# shellcheck disable=SC2016  # apt fills the place in
mirror=$(apt-get indextargets --format '$(REPO_URI)' \
  'Identifier: Packages' 'Label: Debian' "Codename: $suite" 2>/dev/null | head -n 1)
[ -n "$mirror" ] || stop "apt has no source for Debian $suite. Add one, then run apt-get update."

work=$(mktemp -d)
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
# debootstrap mounts /proc in the base while it works; a mount left by a failure is not walked into.
clean() { umount "$work/base/proc" "$work/base/sys" 2>/dev/null || true; rm -rf --one-file-system "$work"; }
trap clean EXIT
build() { buildah --root "$work/storage" --runroot "$work/run" "$@"; }

# What pip is told outside, it is told inside, for the build alone: as secrets, which reach no layer.
setting() {
  local variable="PIP_${1^^}"
  variable=${variable//-/_}
  local value=${!variable:-}
  [ -n "$value" ] || value=$(python3 -m pip config get "global.$1" 2>/dev/null || true)
  case "$value" in file:*) value= ;; esac
  echo "$value"
}
{
  echo "[global]"
  for key in index-url extra-index-url trusted-host proxy default-timeout; do
    value=$(setting "$key")
    [ -z "$value" ] || echo "$key = $value"
  done
} >"$work/pip.conf"
secrets=(--secret "id=pip,src=$work/pip.conf")
certificates=$(setting cert)
certificates=${certificates:-${SSL_CERT_FILE:-}}
if [ -n "$certificates" ]; then
  secrets+=(--secret "id=ca,src=$certificates")
  echo "cert = /run/secrets/ca" >>"$work/pip.conf"
fi

echo "image: making the base ($suite)"
debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv \
  "$suite" "$work/base" "$mirror" >"$work/debootstrap.log" 2>&1 \
  || { tail -n 5 "$work/debootstrap.log" >&2; stop "debootstrap failed."; }
# Nothing that names this machine or its package source goes into the image.
rm -rf "$work/base/etc/apt/sources.list" "$work/base/etc/hostname" "$work/base/etc/resolv.conf" \
  "$work/base/var/cache/apt" "$work/base/var/lib/apt/lists" "$work/base/var/log"
mkdir "$work/base/var/log"
from=$(build from scratch)
build add --quiet "$from" "$work/base" / >/dev/null
build commit --quiet "$from" "$base" >/dev/null
build rm "$from" >/dev/null

echo "image: building"
build bud --pull=never --format docker --layers=false "${secrets[@]}" --tag heliograph .
mkdir -p dist
rm -f dist/heliograph-image.tar
build push --quiet heliograph docker-archive:dist/heliograph-image.tar:heliograph:latest
echo "image: dist/heliograph-image.tar"
