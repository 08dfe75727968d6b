#!/usr/bin/env bash
# Go back to a release whose image is still on the Docker host.
#
#   ops/rollback.sh [--downgrade REVISION] [TAG]     TAG defaults to the release before this one
#
# The database stays as it is unless a revision is named: then the running release, which knows its
# own migrations, is stopped and takes the database back to that revision first. Columns that this
# drops are gone, so take a backup before.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly state=.deploy
revision=""
if [[ ${1:-} == --downgrade ]]; then
    revision=${2:?--downgrade needs a revision}
    shift 2
fi

tag=${1:-}
if [[ -z $tag ]]; then
    if [[ ! -f $state/previous ]]; then
        echo "No earlier release is known; name one: ops/rollback.sh TAG" >&2
        exit 2
    fi
    tag=$(<"$state/previous")
fi

export MIGRATE_ON_START=false

if [[ -n $revision ]]; then
    if [[ ! -f $state/current ]]; then
        echo "The running release is not known, so its migrations cannot be undone" >&2
        exit 2
    fi
    TAG=$(<"$state/current")
    export TAG
    docker compose stop app
    docker compose run --rm --no-deps app alembic downgrade "$revision"
fi

export TAG=$tag
echo "Going back to $tag"
docker compose up --detach --no-build --no-deps --wait --wait-timeout "${DEPLOY_TIMEOUT_SECONDS:-120}" app
mkdir -p "$state"
echo "$tag" >"$state/current"
rm -f "$state/previous"
echo "$tag is ready"
