#!/usr/bin/env bash
# Deploy this checkout to the Docker host that `docker` talks to.
#
#   ops/deploy.sh [TAG]     TAG is the image's tag; default: the commit
#
# Builds the image, migrates, starts it and waits until it is ready. If it does not get ready, the
# release that ran before is started again and the exit status is 1. Migrations are not taken back
# here: write them so that the release before can live with them (add first, remove a release later).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly state=.deploy
readonly timeout_seconds=${DEPLOY_TIMEOUT_SECONDS:-120}
tag=${1:-$(git rev-parse --short HEAD)}
current=""
if [[ -f $state/current ]]; then
    current=$(<"$state/current")
fi

# A release that is older than the database must not try to migrate it.
export MIGRATE_ON_START=false TAG=$tag

echo "Deploying $tag (now: ${current:-none})"
docker compose build app
docker compose up --detach --wait --wait-timeout "$timeout_seconds" db
docker compose run --rm --no-deps app python -m app migrate

if docker compose up --detach --no-build --no-deps --wait --wait-timeout "$timeout_seconds" app; then
    mkdir -p "$state"
    if [[ -n $current && $current != "$tag" ]]; then
        echo "$current" >"$state/previous"
    fi
    echo "$tag" >"$state/current"
    echo "$tag is ready"
    exit 0
fi

echo "$tag did not get ready" >&2
docker compose logs --tail 50 app >&2 || true
if [[ -z $current || $current == "$tag" ]]; then
    echo "There is no earlier release to go back to" >&2
    exit 1
fi
ops/rollback.sh "$current"
exit 1
