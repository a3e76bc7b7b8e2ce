#!/bin/bash
# Two real SNMP agents joined by a veth pair, each in a network namespace of its own.
#
#   sudo scripts/testbed/pair.sh run      builds the pair, prints one line of JSON, then obeys lines on standard input:
#                                           cut | mend        breaks the wire: both ends lose their carrier
#                                           shut | open       as an operator does it, at end a
#                                           traffic | quiet   starts and stops a steady ping from a to z
#                                         and takes everything away at the end of input or on a signal
#   sudo scripts/testbed/pair.sh sweep    takes away what runs that were killed (-9) have left
#
#   [this machine] 198.18.N.1 -- 198.18.N.2 [a] to-z == wire == to-a [z] 198.18.N.6 -- 198.18.N.5 [this machine]
#
# Needs root, iproute2, snmpd and ping; with snmpset the agents' caches are lowered from 3 s to 1 s.
# The read community is TESTBED_COMMUNITY (default: public). Namespaces are named dt<pid of this script>-a, -w, -z.
set -euo pipefail
export MIBS=
# shellcheck source=scripts/testbed/namespaces.sh
source "$(dirname "$0")/namespaces.sh"

sweep() { sweep_beds dt pair pair.sh; }

name=dt$$
dir=/tmp/detour-pair-$$
net=198.18.$(($$ % 256))
community=${TESTBED_COMMUNITY:-public}
traffic_pid=

cleanup() {
  trap - EXIT INT TERM HUP
  drop_namespace "$name-a"
  drop_namespace "$name-w"
  drop_namespace "$name-z"
  rm -rf "$dir"
}

# make_router END OWN-MANAGEMENT-ADDRESS OUR-MANAGEMENT-ADDRESS
make_router() {
  local end=$1 own=$2 ours=$3 ns=$name-$1
  ip netns add "$ns"
  ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 2>/dev/null || true
  ip link add "${name}m$end" type veth peer name mgmt0 netns "$ns"
  ip addr add "$ours/30" dev "${name}m$end"
  ip link set "${name}m$end" up
  ip -n "$ns" link set lo up
  ip -n "$ns" addr add "$own/30" dev mgmt0
  ip -n "$ns" link set mgmt0 up
}

# A veth alone cannot be cut without shutting an end, which is an operator's act and no fault: so there is a bridge
# between two of them, whose ports go down.
make_wire() {
  ip netns add "$name-w"
  ip -n "$name-w" link add wire type bridge
  ip -n "$name-w" link set wire up
  ip link add to-z netns "$name-a" type veth peer name port-a netns "$name-w"
  ip link add to-a netns "$name-z" type veth peer name port-z netns "$name-w"
  ip -n "$name-w" link set port-a master wire up
  ip -n "$name-w" link set port-z master wire up
}

set_wire() {
  ip -n "$name-w" link set port-a "$1"
  ip -n "$name-w" link set port-z "$1"
}

# start_agent END ADDRESS INTERFACE
start_agent() {
  local end=$1 address=$2 interface=$3
  local home=$dir/$end
  mkdir -p "$home/state"
  cat >"$home/snmpd.conf" <<CONF
rocommunity $community
rwcommunity lower-the-cache
agentAddress udp:$address:161
sysName $name-$end
sysLocation testbed
interface $interface 6 100000000
CONF
  chmod 600 "$home/snmpd.conf"
  SNMPCONFPATH=$home SNMP_PERSISTENT_DIR=$home/state ip netns exec "$name-$end" \
    snmpd -f -C -c "$home/snmpd.conf" -Lf "$home/snmpd.log" -I -smux,mteTrigger,mteTriggerConf \
    >/dev/null 2>&1 </dev/null &
  disown
}

# snmpd answers from a table that is up to 3 s old; 1 s is the least it can be told (nsCacheTimeout of ifTable).
lower_cache() {
  command -v snmpset >/dev/null || return 0
  local try
  for try in 1 2 3 4 5; do
    snmpset -v2c -c lower-the-cache -t 1 -r 0 "$1" 1.3.6.1.4.1.8072.1.5.3.1.2.1.3.6.1.2.1.2.2 i 1 \
      >/dev/null 2>&1 && return 0
    read -rt 0.2 <> <(:) || true
  done
}

traffic() {
  ip netns exec "$name-a" ping -q -i 0.005 -s 1000 10.99.0.2 >/dev/null 2>&1 </dev/null &
  traffic_pid=$!
  disown
}

quiet() {
  [ -z "$traffic_pid" ] || kill "$traffic_pid" 2>/dev/null || true
  traffic_pid=
}

run() {
  trap cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  sweep
  mkdir -m 700 "$dir"
  make_router a "$net.2" "$net.1"
  make_router z "$net.6" "$net.5"
  make_wire
  ip -n "$name-a" addr add 10.99.0.1/30 dev to-z
  ip -n "$name-z" addr add 10.99.0.2/30 dev to-a
  ip -n "$name-a" link set to-z alias "to $name-z" up
  ip -n "$name-z" link set to-a alias "to $name-a" up
  start_agent a "$net.2" to-z
  start_agent z "$net.6" to-a
  lower_cache "$net.2"
  lower_cache "$net.6"
  echo "{\"name\":\"$name\",\"a\":{\"address\":\"$net.2\",\"interface\":\"to-z\"},\"z\":{\"address\":\"$net.6\",\"interface\":\"to-a\"}}"
  local command
  while read -r command; do
    case $command in
      cut) set_wire down ;;
      mend) set_wire up ;;
      shut) ip -n "$name-a" link set to-z down ;;
      open) ip -n "$name-a" link set to-z up ;;
      traffic) traffic ;;
      quiet) quiet ;;
      *) echo "{\"error\":\"unknown command\"}" && continue ;;
    esac
    echo "{\"done\":\"$command\"}"
  done
}

case ${1:-} in
  run) run ;;
  sweep) sweep ;;
  *) sed -n '2,16s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac
