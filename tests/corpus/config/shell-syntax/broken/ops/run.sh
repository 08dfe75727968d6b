#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$0")"
for name in "$@"
    echo "$name"
done
