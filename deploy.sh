#!/usr/bin/env bash
# Deploys to Cloud Run: builds an image, starts it beside the one that serves, and lets it take over once it lives.
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
: "${MODELS_BUCKET:?Set MODELS_BUCKET to the bucket that holds trained models.}"
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
environment="JOURNAL_ACKS=pg,NODE_WAITS=true,OVERPLANNED_DEMO=false,LOG_FORMAT=json,MODELS_DIR=/models"
[ -z "$redis_url" ] || environment="$environment,REDIS_URL=$redis_url"
if [ "$target" = api ]; then role=gateway; most=1; else role=worker; most=${MAX_WORKERS:-2}; fi

run gcloud builds submit --project "$GCP_PROJECT" --tag "$image" .
run gcloud run deploy "$service" --project "$GCP_PROJECT" --region "$GCP_REGION" --image "$image" \
  --no-traffic --tag "v-$tag" --args "serve,--role,$role" \
  --min-instances 1 --max-instances "$most" --no-cpu-throttling --cpu 2 --memory 2Gi --port 8000 --timeout 3600 \
  --execution-environment gen2 --network "$network" --vpc-egress private-ranges-only \
  --add-cloudsql-instances "$CLOUD_SQL_INSTANCE" \
  --set-env-vars "$environment" \
  --set-secrets "DATABASE_URL=overplanned-database-url:latest,AUTH_SECRET=overplanned-auth-secret:latest,ANTHROPIC_API_KEY=overplanned-anthropic-key:latest" \
  --add-volume "name=models,type=cloud-storage,bucket=$MODELS_BUCKET" --add-volume-mount "volume=models,mount-path=/models" \
  --startup-probe "httpGet.path=/health,periodSeconds=2,failureThreshold=60" --liveness-probe "httpGet.path=/health,periodSeconds=10"

traffic() { run gcloud run services update-traffic "$service" --project "$GCP_PROJECT" --region "$GCP_REGION" "$@"; }

if [ "$target" = workers ]; then
  traffic --to-latest
  exit 0
fi

describe() { gcloud run services describe "$service" --project "$GCP_PROJECT" --region "$GCP_REGION" --format "$1" | tr -d "[]'"; }
if $dry_run; then
  address=https://new.example.invalid
  before=before
else
  address=$(describe "value(status.traffic.filter(tag=v-$tag).extract(url))")
  before=$(describe "value(status.traffic.filter(percent>0).extract(revisionName))" | cut -d, -f1)
fi

# The new revision lives and waits: the old one owns the trips until it ends, and instances there cannot pass on to each other.
run curl --fail --silent --show-error --output /dev/null --retry 30 --retry-delay 2 --retry-all-errors "$address/health"
traffic --to-tags "v-$tag=100"
# Ending the old revision is what hands the trips over: it stores what it has and gives its lease back within seconds.
[ -z "$before" ] || run gcloud run revisions delete "$before" --project "$GCP_PROJECT" --region "$GCP_REGION" --quiet

if $dry_run; then
  echo "+ watch $address/ready for $watch_seconds seconds"
  exit 0
fi
bad=0
for ((waited = 0; waited < watch_seconds; waited += 10)); do
  sleep 10
  if curl --fail --silent --output /dev/null "$address/ready"; then bad=0; else bad=$((bad + 1)); fi
  if [ "$bad" -ge 6 ]; then
    echo "The new revision has not been ready for a minute. Go back with TAG=<the tag before> ./deploy.sh $target" >&2
    exit 1
  fi
done
