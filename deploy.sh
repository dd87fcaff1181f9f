#!/usr/bin/env bash
# Deploys to Cloud Run: builds an image, starts it beside the one that serves, lets it take over once it lives, and goes back by itself where it does not hold.
# Usage: ./deploy.sh [--dry-run] api|workers
# Settings and what must be there before: docs/operate/cloud-run.md
set -euo pipefail

usage() { sed -n '2,4s/^# //p' "$0"; }
fail() { echo "$1" >&2; exit 2; }

dry_run=false
target=
for argument in "$@"; do
  case "$argument" in
    --dry-run) dry_run=true ;;
    --help | -h) usage; exit 0 ;;
    api | workers) [ -z "$target" ] || fail "Say one of api and workers."; target=$argument ;;
    *) fail "\"$argument\" is not known here: ./deploy.sh [--dry-run] api|workers" ;;
  esac
done
[ -n "$target" ] || fail "Say what to deploy: ./deploy.sh [--dry-run] api|workers"

: "${GCP_PROJECT:?Set GCP_PROJECT to the project to deploy to.}"
: "${GCP_REGION:?Set GCP_REGION, such as europe-west1.}"
: "${CLOUD_SQL_INSTANCE:?Set CLOUD_SQL_INSTANCE to project:region:instance of the PostgreSQL.}"
: "${MODELS_BUCKET:?Set MODELS_BUCKET to the bucket that holds trained models and the datasets that they are trained on.}"
redis_url=${REDIS_URL:-}
network=${GCP_NETWORK:-default}
tag=${TAG:-$(git rev-parse --short HEAD)}
watch_seconds=${WATCH_SECONDS:-600}
image="$GCP_REGION-docker.pkg.dev/$GCP_PROJECT/overplanned/overplanned:$tag"
service="overplanned-$target"

run() {
  if $dry_run; then printf '+'; printf ' %q' "$@"; printf '\n'; else "$@"; fi
}

# One instance owns the trips, and none has a disk that outlives it: writes are acknowledged once they are in PostgreSQL.
# Everybody comes by way of Google's front end, which calls from link-local addresses: docs/operate/cloud-run.md
proxies="169.254.0.0/16${TRUSTED_PROXIES:+,$TRUSTED_PROXIES}"
# What is between the two ^ stands between the settings, as a value has commas in it.
environment="^;^JOURNAL_ACKS=pg;NODE_WAITS=true;OVERPLANNED_DEMO=false;LOG_FORMAT=json;MODELS_DIR=/models;DATASETS_DIR=/models/datasets;TRUSTED_PROXIES=$proxies"
[ -z "$redis_url" ] || environment="$environment;REDIS_URL=$redis_url"
if [ "$target" = api ]; then role=gateway; most=1; else role=worker; most=${MAX_WORKERS:-2}; fi

built() { ! $dry_run && gcloud artifacts docker images describe "$image" --project "$GCP_PROJECT" >/dev/null 2>&1; }
# Nothing where the service is not there yet.
ask() { { gcloud run services describe "$service" --project "$GCP_PROJECT" --region "$GCP_REGION" --format "$1" 2>/dev/null || true; } | tr -d "[]'" | cut -d, -f1; }
traffic() { run gcloud run services update-traffic "$service" --project "$GCP_PROJECT" --region "$GCP_REGION" "$@"; }

# Starts an image as a revision that nobody is sent to, under a name of its own. The first of a service cannot be started so.
start_beside() {
  local image=$1 name=$2 quietly=(--no-traffic)
  [ -n "$before" ] || quietly=()
  run gcloud run deploy "$service" --project "$GCP_PROJECT" --region "$GCP_REGION" --image "$image" \
    "${quietly[@]}" --tag "$name" --args "serve,--role,$role" \
    --min-instances 1 --max-instances "$most" --no-cpu-throttling --cpu 2 --memory 2Gi --port 8000 --timeout 3600 \
    --execution-environment gen2 --network "$network" --vpc-egress private-ranges-only \
    --add-cloudsql-instances "$CLOUD_SQL_INSTANCE" \
    --set-env-vars "$environment" \
    --set-secrets "DATABASE_URL=overplanned-database-url:latest,AUTH_SECRET=overplanned-auth-secret:latest,ANTHROPIC_API_KEY=overplanned-anthropic-key:latest" \
    --add-volume "name=models,type=cloud-storage,bucket=$MODELS_BUCKET" --add-volume-mount "volume=models,mount-path=/models" \
    --startup-probe "httpGet.path=/health,periodSeconds=2,failureThreshold=60" --liveness-probe "httpGet.path=/health,periodSeconds=10"
}

# Sends everybody to the revision of that name once it lives, and ends the one before, which is what hands the trips over: it
# stores what it has and gives its lease back within seconds. Instances there cannot pass on to each other.
take_over() {
  local name=$1 from=$2
  if $dry_run; then address=https://new.example.invalid; else address=$(ask "value(status.traffic.filter(tag=$name).extract(url))"); fi
  run curl --fail --silent --show-error --output /dev/null --retry 30 --retry-delay 2 --retry-all-errors "$address/health"
  traffic --to-tags "$name=100"
  [ -z "$from" ] || run gcloud run revisions delete "$from" --project "$GCP_PROJECT" --region "$GCP_REGION" --quiet
}

# Whether it stays ready: a minute in which it never is ends the watch.
holds() {
  if $dry_run; then echo "+ watch $address/ready for $watch_seconds seconds"; return 0; fi
  local bad=0 waited
  for ((waited = 0; waited < watch_seconds; waited += 10)); do
    sleep 10
    if curl --fail --silent --output /dev/null "$address/ready"; then bad=0; else bad=$((bad + 1)); fi
    [ "$bad" -lt 6 ] || return 1
  done
}

# An image that is there already is what ran under that tag, whatever lies in this folder now.
if built; then echo "$image is there and is taken as it is."; else run gcloud builds submit --project "$GCP_PROJECT" --tag "$image" .; fi

if $dry_run; then
  before=before image_before=image-before
else
  before=$(ask "value(status.traffic.filter(percent>0).extract(revisionName))")
  image_before=
  [ -z "$before" ] || image_before=$(gcloud run revisions describe "$before" --project "$GCP_PROJECT" --region "$GCP_REGION" --format "value(spec.containers[0].image)")
fi
start_beside "$image" "v-$tag"

if [ "$target" = workers ]; then
  traffic --to-latest
  exit 0
fi

take_over "v-$tag" "$before"
if holds; then exit 0; fi
[ -n "$image_before" ] || fail "The new revision has not been ready for a minute, and there was none before to go back to. Its log says why."
echo "The new revision has not been ready for a minute: going back to $image_before." >&2
bad_revision=$(ask "value(status.traffic.filter(percent>0).extract(revisionName))")
back="back-$(date +%s)"
start_beside "$image_before" "$back"
take_over "$back" "$bad_revision"
fail "$tag did not hold. What ran before runs again."
