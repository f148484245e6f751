#!/bin/sh
# Makes what is secret in little, in the folder secrets/, which git ignores, and hands it to the swarm that docker speaks
# to. What is there already is kept, so it can be run again at any time. `./secrets.sh make` only makes it.
set -eu
cd "$(dirname "$0")"
umask 077
mkdir -p secrets

random() {
  LC_ALL=C tr -dc A-Za-z0-9 </dev/urandom | head -c 32
}

keep() {
  if [ -s "secrets/$1" ]; then return; fi
  printf '%s' "$2" >"secrets/$1"
  echo "made secrets/$1"
}

missing=0
wants() {
  if [ -s "secrets/$1" ]; then return; fi
  echo "secrets/$1 is missing: $2" >&2
  missing=1
}

keep postgres_password "$(random)"
keep notes.database_url "postgresql://notes:$(random)@postgres_server:5432/notes"

# Tokens for what is outside: an empty line is none.
[ -e secrets/notes.printer_token ] || echo >secrets/notes.printer_token

if [ $missing = 1 ] || [ "${1:-}" = make ]; then exit $missing; fi

give() { # FILE SECRET
  if docker secret inspect "little.$2" >/dev/null 2>&1; then return; fi
  docker secret create "little.$2" "secrets/$1" >/dev/null
  echo "gave little.$2 to the swarm"
}
give postgres_password postgres_password
give notes.database_url notes.database_url
give notes.printer_token notes.printer_token
