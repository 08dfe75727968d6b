#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")"
for name in $@; do
    echo "$name"
done
