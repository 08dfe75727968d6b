#!/usr/bin/env sh
set -eu
cd "$(dirname "$0")"
for name in "$@"; do
    echo "$name"
done
