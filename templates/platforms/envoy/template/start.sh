#!/bin/bash
# Runs Envoy in its container. On SIGTERM it says so at /health, so that whoever looks there turns away, then takes
# nothing new, finishes what is under way, and ends. `start.sh health` says whether /health is 200.
set -u

edge=8080 admin=9901
pause=${DRAIN_PAUSE:-3} # seconds in which those who ask /health turn away
grace=${DRAIN_GRACE:-20} # seconds for what is under way
workers=${WORKERS:-2} # threads; by itself Envoy takes one for each processor of the machine, whatever the container may use

ask() { # PORT METHOD PATH
  (
    exec 3<> "/dev/tcp/127.0.0.1/$1" || exit
    printf '%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n' "$2" "$3" >&3
    cat <&3
  ) 2> /dev/null
}

drain() {
  ask $admin POST /healthcheck/fail > /dev/null
  sleep "$pause"
  ask $admin POST /drain_listeners > /dev/null
  for ((left = grace * 10; left > 0; left--)); do
    [[ $(ask $admin GET '/stats?filter=^http\.edge\.downstream_rq_active$') == *': 0'* ]] && break
    sleep 0.1
  done
  kill -TERM "$envoy"
}

if [[ ${1:-} == health ]]; then
  [[ $(ask $edge GET /health) == 'HTTP/1.1 200 '* ]]
  exit
fi

config=/etc/envoy/envoy.yaml
if [[ -n ${TRUSTED_HOPS:-} ]]; then # proxies between the clients and this one: the address of a client is what they say
  sed "s/^\( *xff_num_trusted_hops\): .*/\1: $((TRUSTED_HOPS))/" $config > /tmp/envoy.yaml
  config=/tmp/envoy.yaml
fi

envoy --disable-hot-restart --concurrency "$workers" --log-level warn -c $config &
envoy=$!
trap drain TERM INT
wait $envoy # ends early when the signal comes
wait $envoy
