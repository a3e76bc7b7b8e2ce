#!/bin/bash
# Eleven real routers on one machine: FRRouting (zebra, ospfd), snmpd and lldpd, each router in a network namespace
# of its own, wired as Abilene with two pairs of parallel links, and four hosts that traffic can be sent between.
#
#   sudo scripts/testbed/bed.sh run     builds it, prints one line of JSON once OSPF and LLDP have converged, then obeys
#                                       lines on standard input, and takes everything away at the end of input or on a
#                                       signal. A LINK is A-B, or A-B-2 for the second of a pair; PERCENT may have a
#                                       fraction, and 0 ends it:
#                                         cut LINK | mend LINK     the wire breaks: both ends lose their carrier
#                                         lose LINK PERCENT        lost on the wire, both ways: one end counts what the
#                                                                  other never does
#                                         grey LINK PERCENT        lost behind the counters of the receiving end
#                                         blackhole LINK on|off    everything but OSPF, ARP and LLDP is lost on the wire
#                                         restart ROUTER           its routing daemons are killed (-9) and start again,
#                                                                  from their files
#   sudo scripts/testbed/bed.sh sweep   takes away what runs that were killed (-9) have left
#
#   [router A] to-B ==tbf== port a [bridge in the namespace of the wires] port z ==tbf== to-A [router B]
#
# All routers answer SNMP v2c on 198.19.N.x, which this machine reaches over one interface (dbn<N>, the first N that no
# other bed has), and ospfd's vty on port 2604 there. Needs root, iproute2, nftables, frr, frr-snmp, snmpd, snmp, lldpd.
# The community is TESTBED_COMMUNITY (default: public), the password of the vty TESTBED_PASSWORD (default: lab); with
# TESTBED_TRAP_PORT routers send their traps (OSPF: a neighbour changed) there on this machine.
# Namespaces are named db<pid of this script>-<router, host, mgmt or wires>. Beds stand beside each other; each takes away
# its own, and what the dead have left.
set -euo pipefail
export MIBS=
# shellcheck source=scripts/testbed/namespaces.sh
source "$(dirname "$0")/namespaces.sh"

# a b cost Mbit/s; a pair that comes twice has parallel links. No two ways between two routers cost the same, but for
# those over parallel links.
TOPOLOGY='STTL SNVA 10 20
STTL DNVR 21 20
SNVA LOSA 11 20
SNVA DNVR 12 20
LOSA HSTN 15 20
DNVR KSCY 9 20
KSCY HSTN 13 20
KSCY IPLS 8 20
KSCY IPLS 8 8
HSTN ATLA 14 20
IPLS ATLA 17 20
IPLS CHIN 7 20
CHIN NYCM 16 20
NYCM WASH 6 20
NYCM WASH 6 20
WASH ATLA 18 20'
HOSTS='STTL IPLS WASH NYCM'

name=db$$
dir=/tmp/detour-bed-$$
net=
ours=
community=${TESTBED_COMMUNITY:-public}
password=${TESTBED_PASSWORD:-lab}
cache_seconds=${TESTBED_CACHE_SECONDS:-0}
writers=writers-$$
declare -A id=() number_of=() ends_of=()
routers=() links=() hosts=()

sweep() { sweep_beds db bed bed.sh; }

cleanup() {
  trap - EXIT INT TERM HUP
  local ns
  for ns in $(ip netns list | awk '{print $1}' | grep "^$name-" || true); do drop_namespace "$ns"; done
  rm -rf "$dir"
}

make_management() {
  ip netns add "$name-mgmt"
  ip -n "$name-mgmt" link add br0 type bridge
  ip -n "$name-mgmt" link set br0 up
  claim_network
  ip -n "$name-mgmt" link set root master br0 up
  ip addr add "$net.1/24" dev "$ours"
  ip link set "$ours" up
}

# The addresses of this bed: of two that ask for the same interface one gets it. It goes with the namespace of its peer.
claim_network() {
  local number why
  for ((number = 0; number < 256; number++)); do
    ours=dbn$number
    if why=$(ip link add "$ours" type veth peer name root netns "$name-mgmt" 2>&1); then
      net=198.19.$number
      return
    fi
  done
  echo "no interface for this test bed, of 256: $why" >&2
  exit 1
}

# A veth alone cannot be cut without shutting an end, which is an operator's act and no fault: so every link leads over
# two ports of a bridge in a namespace between, where frames can be dropped, too, after one end has counted them.
make_wires() {
  ip netns add "$name-wires"
  ip netns exec "$name-wires" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 2>/dev/null || true
}

# make_router NAME NUMBER
make_router() {
  local router=$1 number=$2 ns=$name-$1 home=$dir/$1
  mkdir -p "$home/state"
  ip netns add "$ns"
  ip netns exec "$ns" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.fib_multipath_hash_policy=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
  ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 2>/dev/null || true
  ip -n "$name-mgmt" link add "mg$number" type veth peer name mgmt0 netns "$ns"
  ip -n "$name-mgmt" link set "mg$number" master br0 up
  ip -n "$ns" link set lo up
  ip -n "$ns" addr add "10.255.0.$number/32" dev lo
  ip -n "$ns" addr add "$net.$((number + 10))/24" dev mgmt0
  ip -n "$ns" link set mgmt0 up
  printf 'hostname %s\nlog file %s/zebra.log\nagentx\n' "$router" "$home" >"$home/zebra.conf"
  printf 'hostname %s\npassword %s\nenable password %s\nlog file %s/ospfd.log\nagentx\ninterface lo\n ip ospf area 0\n' \
    "$router" "$password" "$password" "$home" >"$home/ospfd.conf"
  printf 'agentXSocket tcp:127.0.0.1:705\n' >"$home/frr.conf"
  # Every 30 s by default: whoever starts first would wait that long for the others.
  printf 'configure lldp tx-interval 1\n' >"$home/lldpd.conf"
  cat >"$home/snmpd.conf" <<CONF
rocommunity $community
rwcommunity $writers
agentAddress udp:$net.$((number + 10)):161
master agentx
agentXSocket tcp:127.0.0.1:705
sysName $router
sysLocation testbed
CONF
  [ -z "${TESTBED_TRAP_PORT:-}" ] || echo "trap2sink $net.1:$TESTBED_TRAP_PORT $community" >>"$home/snmpd.conf"
  chmod 600 "$home/snmpd.conf" "$home/ospfd.conf"
}

# make_host ROUTER: one host behind it, which the other routers know the way to by OSPF.
make_host() {
  local router=$1 number=${id[$1]} ns=$name-h$1
  ip netns add "$ns"
  ip link add eth0 netns "$ns" type veth peer name host netns "$name-$router"
  ip -n "$ns" addr add "10.200.$number.2/24" dev eth0
  ip -n "$ns" link set lo up
  ip -n "$ns" link set eth0 up
  ip -n "$ns" route add default via "10.200.$number.1"
  ip -n "$name-$router" addr add "10.200.$number.1/24" dev host
  ip -n "$name-$router" link set host up
  printf 'interface host\n ip ospf area 0\n ip ospf passive\n' >>"$dir/$router/ospfd.conf"
  hosts+=("{\"router\":\"$router\",\"namespace\":\"$ns\",\"address\":\"10.200.$number.2\"}")
}

# make_link A B COST MBIT NUMBER: /30 addresses, and interfaces named after the far end.
make_link() {
  local a=$1 b=$2 cost=$3 mbit=$4 number=$5 suffix= link=$1-$2 wires=$name-wires
  local base=$((number * 4))
  if [ -n "${number_of[$link]:-}" ]; then suffix=-2 link=$link-2; fi
  number_of[$link]=$number
  ends_of[$link]="$name-$a to-$b$suffix $name-$b to-$a$suffix"
  # The bridge passes LLDP on, too (bit 14 of group_fwd_mask), and learns nothing: there are two ports.
  ip -n "$wires" link add "w$number" type bridge group_fwd_mask 0x4000 mcast_snooping 0
  ip link add "to-$b$suffix" netns "$name-$a" type veth peer name "w${number}a" netns "$wires"
  ip link add "to-$a$suffix" netns "$name-$b" type veth peer name "w${number}z" netns "$wires"
  ip -n "$wires" link set "w${number}a" master "w$number" up
  ip -n "$wires" link set "w${number}z" master "w$number" up
  ip -n "$wires" link set "w$number" up
  make_end "$a" "to-$b$suffix" "10.100.$((base / 256)).$((base % 256 + 1))" "$b" "$cost" "$mbit"
  make_end "$b" "to-$a$suffix" "10.100.$((base / 256)).$((base % 256 + 2))" "$a" "$cost" "$mbit"
  links+=("{\"id\":\"$link\",\"a\":\"$a\",\"aInterface\":\"to-$b$suffix\",\"z\":\"$b\",\"zInterface\":\"to-$a$suffix\",\"metric\":$cost,\"capacityBps\":${mbit}000000}")
}

# make_end ROUTER INTERFACE ADDRESS FAR COST MBIT
make_end() {
  local router=$1 interface=$2 address=$3 far=$4 cost=$5 mbit=$6
  ip -n "$name-$router" addr add "$address/30" dev "$interface"
  ip -n "$name-$router" link set "$interface" alias "to $far" txqueuelen 1000 up
  tc -n "$name-$router" qdisc add dev "$interface" root tbf rate "${mbit}mbit" burst 16kb latency 50ms
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
  local router=$1 home=$dir/$1 ns=$name-$1 number=${id[$1]}
  printf 'router ospf\n ospf router-id 10.255.0.%s\n timers throttle spf 0 50 500\n timers throttle lsa all 50\n timers lsa min-arrival 10\n' \
    "$number" >>"$home/ospfd.conf"
  chmod 711 "$dir" && chmod 755 "$home" && chown -R frr:frr "$home"
  SNMPCONFPATH=$home SNMP_PERSISTENT_DIR=$home/state ip netns exec "$ns" unshare -u sh -c \
    "hostname $router; exec snmpd -C -c $home/snmpd.conf -Lf $home/snmpd.log -p $home/snmpd.pid -I -smux,mteTrigger,mteTriggerConf" \
    >"$home/snmpd.out" 2>&1 </dev/null
  start_routing "$router"
  SNMPCONFPATH=$home SNMP_PERSISTENT_DIR=$home/state setsid ip netns exec "$ns" unshare -u sh -c \
    "hostname $router; exec lldpd -d -O $home/lldpd.conf -u $home/lldpd.sock -x -X tcp:127.0.0.1:705 -I 'to-*' -m '198.19.*'" \
    >"$home/lldpd.out" 2>&1 </dev/null &
  disown
}

start_routing() {
  local router=$1 home=$dir/$1 address=127.0.0.1 daemon
  for daemon in zebra ospfd; do
    [ "$daemon" = zebra ] || address=$net.$((id[$router] + 10))
    (cd "$home" && SNMPCONFPATH=$home SNMP_PERSISTENT_DIR=$home/state ip netns exec "$name-$router" "/usr/lib/frr/$daemon" -d \
      -M snmp -A "$address" -f "$home/$daemon.conf" -i "$home/$daemon.pid" -z "$home/zserv.api" --vty_socket "$home" \
      >"$home/$daemon.out" 2>&1 </dev/null)
  done
}

# As a router that crashes: whatever was set at run time is forgotten.
restart_routing() {
  local daemon pid
  for daemon in ospfd zebra; do
    pid=$(cat "$dir/$1/$daemon.pid")
    kill -9 "$pid" 2>/dev/null || true
    while [ -d "/proc/$pid" ]; do read -rt 0.02 <> <(:) || true; done
    rm -f "$dir/$1/$daemon.pid" "$dir/$1/$daemon.vty"
  done
  start_routing "$1"
}

# snmpd answers from a table that it refreshes every 3 s by a clock of its own (nsCacheTimeout of ifTable); told 0 it
# reads the interfaces' counters when it is asked for them. TESTBED_CACHE_SECONDS says otherwise.
set_cache() {
  local try
  for try in 1 2 3 4 5; do
    snmpset -v2c -c "$writers" -t 1 -r 0 "$1" 1.3.6.1.4.1.8072.1.5.3.1.2.1.3.6.1.2.1.2.2 i "$cache_seconds" >/dev/null 2>&1 &&
      return 0
    read -rt 0.2 <> <(:) || true
  done
}

set_carrier() {
  ip -n "$name-wires" link set "w${number_of[$1]}a" "$2"
  ip -n "$name-wires" link set "w${number_of[$1]}z" "$2"
}

# drop NAMESPACE TABLE RULE INTERFACE...: frames that arrive there are dropped by the rule; without one nothing is.
drop() {
  local ns=$1 table=$2 rule=$3 interface count=0
  shift 3
  {
    echo "table netdev $table"
    echo "delete table netdev $table"
    [ -z "$rule" ] || for interface in "$@"; do
      count=$((count + 1))
      echo "table netdev $table { chain c$count { type filter hook ingress device \"$interface\" priority 0; policy accept; $rule drop; }; }"
    done
  } | ip netns exec "$ns" nft -f -
}

# As a rule of nft: PERCENT with up to two figures behind the point; empty for none.
share_of() { awk -v p="$1" 'BEGIN { if (p > 0) printf "numgen random mod 10000 < %d", p * 100 }'; }

lose_on_wire() { drop "$name-wires" "lose${number_of[$1]}" "$2" "w${number_of[$1]}a" "w${number_of[$1]}z"; }

lose_behind_counters() {
  local a aInterface z zInterface
  read -r a aInterface z zInterface <<<"${ends_of[$1]}"
  drop "$a" grey "$2" "$aInterface"
  drop "$z" grey "$2" "$zInterface"
}

swallow() {
  local rule=
  [ "$2" = off ] || rule='meta protocol ip ip protocol != 89'
  drop "$name-wires" "hole${number_of[$1]}" "$rule" "w${number_of[$1]}a" "w${number_of[$1]}z"
}

# obey COMMAND SUBJECT VALUE
obey() {
  if [ "$1" = restart ]; then
    if [ -z "${id[$2]:-}" ]; then echo '{"error":"unknown router"}' && return; fi
    restart_routing "$2"
  else
    if [ -z "${number_of[$2]:-}" ]; then echo '{"error":"unknown link"}' && return; fi
    case $1 in
      cut) set_carrier "$2" down ;;
      mend) set_carrier "$2" up ;;
      lose) lose_on_wire "$2" "$(share_of "$3")" ;;
      grey) lose_behind_counters "$2" "$(share_of "$3")" ;;
      blackhole) swallow "$2" "$3" ;;
      *) echo '{"error":"unknown command"}' && return ;;
    esac
  fi
  echo "{\"done\":\"$1 $2${3:+ $3}\"}"
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
  make_wires
  local a b cost mbit number=0 router command subject value nodes=()
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
  for router in $HOSTS; do make_host "$router"; done
  for router in "${routers[@]}"; do start_router "$router"; done
  for router in "${routers[@]}"; do set_cache "$net.$((id[$router] + 10))"; done
  wait_until_converged
  local IFS=,
  echo "{\"name\":\"$name\",\"within\":\"$net.0/24\",\"ours\":\"$net.1\",\"nodes\":[${nodes[*]}],\"links\":[${links[*]}],\"hosts\":[${hosts[*]}]}"
  unset IFS
  while read -r command subject value; do obey "$command" "${subject:--}" "${value:-}"; done
}

case ${1:-} in
  run) run ;;
  sweep) sweep ;;
  *) sed -n '2,27s/^# \{0,1\}//p' "$0" && exit 2 ;;
esac
