#!/usr/bin/env bash
# Install the Debian packages named as arguments that this machine lacks; say what to do when it cannot.
set -euo pipefail
missing=()
for package in "$@"; do
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0
command -v apt-get >/dev/null || { echo "Installez d’abord : ${missing[*]}" >&2; exit 4; }
run=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "Demandez à un administrateur d’installer : ${missing[*]}" >&2; exit 4; }
  run=(sudo)
fi
echo "Installation de : ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${run[@]}" apt-get update -qq
"${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
