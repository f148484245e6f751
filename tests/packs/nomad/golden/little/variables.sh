#!/bin/sh
# Makes what is secret in little, in the folder secrets/, which git ignores, and hands it to Nomad as variables, which
# each job alone reads. What is there already is kept, so it can be run again at any time. `./variables.sh make` only makes it.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets

random() {
  LC_ALL=C tr -dc A-Za-z0-9 </dev/urandom | head -c 32
}

keep() { # JOB ITEM VALUE
  mkdir -p "secrets/$1"
  if [ -s "secrets/$1/$2" ]; then return; fi
  printf '%s' "$3" >"secrets/$1/$2"
  echo "made secrets/$1/$2"
}

missing=0
wants() { # JOB ITEM WHAT
  mkdir -p "secrets/$1"
  if [ -s "secrets/$1/$2" ]; then return; fi
  echo "secrets/$1/$2 is missing: $3" >&2
  missing=1
}

keys=../../.svcforge/run/keys
key() { # JOB ITEM FILE WHAT
  mkdir -p "secrets/$1"
  if [ ! -s "secrets/$1/$2" ] && [ -s "$keys/$3" ]; then cp "$keys/$3" "secrets/$1/$2"; fi
  wants "$1" "$2" "$4; 'svcforge token --dir ../.. --sub me' makes keys of your own, then run this again"
}

keep notes-db password "$(random)"
keep notes database_url "postgresql://notes:$(cat secrets/notes-db/password)@notes-db:5432/notes"

keep notes printer_token ' ' # the token that printer wants; a blank is none

# Migrations are given what their services are given.
mkdir -p secrets/notes-migrate && cp secrets/notes/* secrets/notes-migrate/

if [ $missing = 1 ] || [ "${1:-}" = make ]; then exit $missing; fi

nomad namespace apply little
for folder in secrets/*/; do
  job=$(basename "$folder")
  set --
  for file in "$folder"*; do set -- "$@" "$(basename "$file")=@$file"; done
  nomad var put -namespace little -force "nomad/jobs/$job" "$@" >/dev/null
  echo "gave nomad/jobs/$job to Nomad"
done
