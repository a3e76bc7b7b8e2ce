#!/bin/bash
# Eleven real routers on one machine: FRRouting (zebra, ospfd), snmpd and lldpd, each router in a network namespace
# of its own, wired as Abilene with two pairs of parallel links.
#
#   sudo scripts/testbed/bed.sh run     builds it, prints one line of JSON once OSPF and LLDP have converged, then obeys
#                                       lines on standard input (cut LINK | mend LINK: A-B, or A-B-2 for the second of
#                                       a pair), and takes everything away at the end of input or on a signal
#   sudo scripts/testbed/bed.sh sweep   takes away what runs that were killed (-9) have left
#
# All routers answer SNMP v2c on 198.19.N.x, which this machine reaches over one interface (N is the pid modulo 256).
# Needs root, iproute2, frr, frr-snmp, snmpd, lldpd. The community is TESTBED_COMMUNITY (default: public).
# Namespaces are named db<pid of this script>-<router>.
set -euo pipefail
export MIBS=
# shellcheck source=scripts/testbed/namespaces.sh
source "$(dirname "$0")/namespaces.sh"

# a b cost Mbit/s; a pair that comes twice has parallel links.
TOPOLOGY='STTL SNVA 10 100
STTL DNVR 21 100
SNVA LOSA 11 100
SNVA DNVR 12 100
LOSA HSTN 15 100
DNVR KSCY 9 100
KSCY HSTN 13 100
KSCY IPLS 8 100
KSCY IPLS 8 40
HSTN ATLA 14 100
IPLS ATLA 17 100
IPLS CHIN 7 100
CHIN NYCM 16 100
NYCM WASH 6 100
NYCM WASH 6 100
WASH ATLA 18 100'

name=db$$
dir=/tmp/detour-bed-$$
net=198.19.$(($$ % 256))
community=${TESTBED_COMMUNITY:-public}
declare -A id=() link_of=() peer_of=()
routers=() links=()

sweep() { sweep_beds db bed bed.sh; }

cleanup() {
  trap - EXIT INT TERM HUP
  local ns
  for ns in $(ip netns list | awk '{print $1}' | grep "^$name-" || true); do drop_namespace "$ns"; done
  ip link del "${name}r" 2>/dev/null || true
  rm -rf "$dir"
}

make_management() {
  ip netns add "$name-mgmt"
  ip -n "$name-mgmt" link add br0 type bridge
  ip -n "$name-mgmt" link set br0 up
  ip link add "${name}r" type veth peer name root netns "$name-mgmt"
  ip -n "$name-mgmt" link set root master br0 up
  ip addr add "$net.1/24" dev "${name}r"
  ip link set "${name}r" up
}

# make_router NAME NUMBER
make_router() {
  local router=$1 number=$2 ns=$name-$1 home=$dir/$1
  mkdir -p "$home/state"
  ip netns add "$ns"
  ip netns exec "$ns" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
  ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 2>/dev/null || true
  ip -n "$name-mgmt" link add "mg$number" type veth peer name mgmt0 netns "$ns"
  ip -n "$name-mgmt" link set "mg$number" master br0 up
  ip -n "$ns" link set lo up
  ip -n "$ns" addr add "10.255.0.$number/32" dev lo
  ip -n "$ns" addr add "$net.$((number + 10))/24" dev mgmt0
  ip -n "$ns" link set mgmt0 up
  printf 'hostname %s\nlog file %s/zebra.log\nagentx\n' "$router" "$home" >"$home/zebra.conf"
  printf 'hostname %s\nlog file %s/ospfd.log\nagentx\ninterface lo\n ip ospf area 0\n' "$router" "$home" >"$home/ospfd.conf"
  printf 'agentXSocket tcp:127.0.0.1:705\n' >"$home/frr.conf"
  # Every 30 s by default: whoever starts first would wait that long for the others.
  printf 'configure lldp tx-interval 1\n' >"$home/lldpd.conf"
  cat >"$home/snmpd.conf" <<CONF
rocommunity $community
agentAddress udp:$net.$((number + 10)):161
master agentx
agentXSocket tcp:127.0.0.1:705
sysName $router
sysLocation testbed
CONF
}

# make_link A B COST MBIT NUMBER: /30 addresses, and interfaces named after the far end.
make_link() {
  local a=$1 b=$2 cost=$3 mbit=$4 number=$5 suffix= link=$1-$2
  local base=$((number * 4))
  if [ -n "${link_of[$link]:-}" ]; then suffix=-2 link=$link-2; fi
  link_of[$link]=$name-$a
  peer_of[$link]=to-$b$suffix
  ip link add "to-$b$suffix" netns "$name-$a" type veth peer name "to-$a$suffix" netns "$name-$b"
  make_end "$a" "to-$b$suffix" "10.100.$((base / 256)).$((base % 256 + 1))" "$b" "$cost" "$mbit"
  make_end "$b" "to-$a$suffix" "10.100.$((base / 256)).$((base % 256 + 2))" "$a" "$cost" "$mbit"
  links+=("{\"id\":\"$link\",\"a\":\"$a\",\"aInterface\":\"to-$b$suffix\",\"z\":\"$b\",\"zInterface\":\"to-$a$suffix\",\"metric\":$cost,\"capacityBps\":${mbit}000000}")
}

# make_end ROUTER INTERFACE ADDRESS FAR COST MBIT
make_end() {
  local router=$1 interface=$2 address=$3 far=$4 cost=$5 mbit=$6
  ip -n "$name-$router" addr add "$address/30" dev "$interface"
  ip -n "$name-$router" link set "$interface" alias "to $far" up
  echo "interface $interface 6 ${mbit}000000" >>"$dir/$router/snmpd.conf"
  cat >>"$dir/$router/ospfd.conf" <<CONF
interface $interface
 ip ospf area 0
 ip ospf network point-to-point
 ip ospf cost $cost
 ip ospf hello-interval 1
 ip ospf dead-interval 4
 ip ospf retransmit-interval 1
CONF
}

# snmpd first: the others attach to it as AgentX subagents when they start.
start_router() {
  local router=$1 home=$dir/$1 ns=$name-$1 number=${id[$1]} daemon
  printf 'router ospf\n ospf router-id 10.255.0.%s\n timers throttle spf 0 50 500\n timers throttle lsa all 50\n timers lsa min-arrival 10\n' \
    "$number" >>"$home/ospfd.conf"
  chmod 711 "$dir" && chmod 755 "$home" && chown -R frr:frr "$home"
  SNMPCONFPATH=$home SNMP_PERSISTENT_DIR=$home/state ip netns exec "$ns" unshare -u sh -c \
    "hostname $router; exec snmpd -C -c $home/snmpd.conf -Lf $home/snmpd.log -p $home/snmpd.pid -I -smux,mteTrigger,mteTriggerConf" \
    >"$home/snmpd.out" 2>&1 </dev/null
  for daemon in zebra ospfd; do
    (cd "$home" && SNMPCONFPATH=$home SNMP_PERSISTENT_DIR=$home/state ip netns exec "$ns" "/usr/lib/frr/$daemon" -d -M snmp \
      -A 127.0.0.1 -f "$home/$daemon.conf" -i "$home/$daemon.pid" -z "$home/zserv.api" --vty_socket "$home" \
      >"$home/$daemon.out" 2>&1 </dev/null)
  done
  SNMPCONFPATH=$home SNMP_PERSISTENT_DIR=$home/state setsid ip netns exec "$ns" unshare -u sh -c \
    "hostname $router; exec lldpd -d -O $home/lldpd.conf -u $home/lldpd.sock -x -X tcp:127.0.0.1:705 -I 'to-*' -m '198.19.*'" \
    >"$home/lldpd.out" 2>&1 </dev/null &
  disown
}

# Neighbours that OSPF (state full, 8) and LLDP (system names) have at a router, over SNMP as anyone would see it.
count_ospf() { snmpbulkwalk -v2c -c "$community" -Oqv -t 1 -r 0 "$1" 1.3.6.1.2.1.14.10.1.6 2>/dev/null | grep -c '^8$' || true; }
count_lldp() { snmpbulkwalk -v2c -c "$community" -Oqv -t 1 -r 0 "$1" 1.0.8802.1.1.2.1.4.1.1.9 2>/dev/null | grep -c '[A-Z]' || true; }

converged() {
  local router wanted address
  for router in "${routers[@]}"; do
    address=$net.$((id[$router] + 10))
    wanted=$(awk -v r="$router" '$1 == r || $2 == r' <<<"$TOPOLOGY" | wc -l)
    [ "$(count_ospf "$address")" -ge "$wanted" ] && [ "$(count_lldp "$address")" -ge "$wanted" ] || return 1
  done
}

wait_until_converged() {
  local ends=$((SECONDS + 60))
  until converged; do
    if [ "$SECONDS" -ge "$ends" ]; then
      echo "the test bed has not converged within 60 s; logs of the first router:" >&2
      tail -n 5 "$dir/${routers[0]}"/*.out "$dir/${routers[0]}"/*.log >&2 || true
      exit 1
    fi
    read -rt 0.3 <> <(:) || true
  done
}

run() {
  trap cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  sweep
  mkdir -m 711 "$dir"
  make_management
  local a b cost mbit number=0 router command link nodes=()
  for router in $(awk '{print $1; print $2}' <<<"$TOPOLOGY" | awk '!seen[$0]++'); do
    number=$((number + 1))
    id[$router]=$number
    routers+=("$router")
    nodes+=("{\"id\":\"$router\",\"address\":\"$net.$((number + 10))\"}")
    make_router "$router" "$number"
  done
  number=0
  while read -r a b cost mbit; do
    number=$((number + 1))
    make_link "$a" "$b" "$cost" "$mbit" "$number"
  done <<<"$TOPOLOGY"
  for router in "${routers[@]}"; do start_router "$router"; done
  wait_until_converged
  local IFS=,
  echo "{\"name\":\"$name\",\"within\":\"$net.0/24\",\"nodes\":[${nodes[*]}],\"links\":[${links[*]}]}"
  unset IFS
  while read -r command link; do
    if [ -z "${link_of[$link]:-}" ]; then echo '{"error":"unknown link"}' && continue; fi
    case $command in
      cut) ip -n "${link_of[$link]}" link set "${peer_of[$link]}" down ;;
      mend) ip -n "${link_of[$link]}" link set "${peer_of[$link]}" up ;;
      *) echo '{"error":"unknown command"}' && continue ;;
    esac
    echo "{\"done\":\"$command $link\"}"
  done
}

case ${1:-} in
  run) run ;;
  sweep) sweep ;;
  *) sed -n '2,15s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac
