#!/bin/sh
# Gives each service a role and a database of the same name, which no other service may enter. Runs at each deployment, and
# makes what is missing; passwords come from the addresses that the services have.
set -eu

export PGHOST=postgres_server PGUSER=postgres
PGPASSWORD=$(cat /run/secrets/postgres_password)
export PGPASSWORD

make() {
  address=$(cat "/run/secrets/$2")
  password=${address#*://*:}
  psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --set name="$1" --set password="${password%%@*}" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', :'name', :'password') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'name') \gexec
SQL
}

make notes notes.database_url
