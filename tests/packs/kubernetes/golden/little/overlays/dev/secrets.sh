#!/bin/sh
# Makes what is secret in dev, in the folder secrets/, which git ignores, and hands it to the cluster that kubectl
# speaks to. What is there already is kept, so it can be run again at any time. `./secrets.sh make` only makes it.
set -eu
cd "$(dirname "$0")"
(umask 077 && mkdir -p secrets)

random() {
  LC_ALL=C tr -dc A-Za-z0-9 </dev/urandom | head -c 32
}

keep() { # SECRET KEY VALUE
  if [ -s "secrets/$1/$2" ]; then return; fi
  mkdir -p "secrets/$1"
  printf '%s' "$3" >"secrets/$1/$2"
  echo "made secrets/$1/$2"
}

missing=0
wants() { # SECRET KEY WHAT
  mkdir -p "secrets/$1"
  if [ -s "secrets/$1/$2" ]; then return; fi
  echo "secrets/$1/$2 is missing: $3" >&2
  missing=1
}

mkdir -p secrets/notes-secrets && touch secrets/notes-secrets/printer_token # the token that Printer wants; empty is none

keep notes-db-app username notes
keep notes-db-app password "$(random)"
keep notes-db-app uri "postgresql://notes:$(cat secrets/notes-db-app/password)@notes-db:5432/notes"

if [ $missing = 1 ] || [ "${1:-}" = make ]; then exit $missing; fi

kubectl apply --filename ../../base/namespace.yaml
for folder in secrets/*/; do
  kubectl --namespace little create secret generic "$(basename "$folder")" --from-file="$folder" \
    --dry-run=client --output=yaml | kubectl apply --server-side --force-conflicts --filename=-
done
