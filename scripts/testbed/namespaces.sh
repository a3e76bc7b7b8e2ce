# What the test beds share; sourced by them. A bed's namespaces are named <prefix><pid of its script>-<part>, and its
# files are in /tmp/detour-<kind>-<pid>.

# Ends what runs in the namespace, and the namespace with its interfaces (a veth takes its peer along).
drop_namespace() {
  local ns=$1 pid
  for pid in $(ip netns pids "$ns" 2>/dev/null); do kill -9 "$pid" 2>/dev/null || true; done
  ip netns del "$ns" 2>/dev/null || true
}

# sweep_beds PREFIX KIND SCRIPT: a run that was killed with -9 could not clean up; its number is that of a process
# that is gone.
sweep_beds() {
  local prefix=$1 kind=$2 script=$3 ns owner
  for ns in $(ip netns list | awk '{print $1}' | grep -E "^$prefix[0-9]+-" || true); do
    owner=${ns#"$prefix"}
    owner=${owner%%-*}
    grep -qs "$script" "/proc/$owner/cmdline" || drop_namespace "$ns"
  done
  for owner in "/tmp/detour-$kind-"*; do
    [ -d "$owner" ] && ! grep -qs "$script" "/proc/${owner##*-}/cmdline" && rm -rf "$owner"
  done
  return 0
}
