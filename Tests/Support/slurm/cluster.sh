#!/usr/bin/env bash
# A private Slurm on this machine, without systemd and without files in /etc: munge, slurmctld and several slurmd on
# loopback, with their state, key, socket and logs in one folder. Root only, because
# slurmd starts jobs as their owners.
#
#   cluster.sh FOLDER NODES CPUS PROCESS SECONDS
#
# Writes FOLDER/slurm.conf (set SLURM_CONF to it), then FOLDER/ready, and stays in the foreground until it receives
# SIGTERM, PROCESS has ended, a daemon dies or SECONDS have passed. Then it ends everything that it started, jobs
# included, and removes FOLDER. Each node declares CPUS processors, whatever the machine has.
set -euo pipefail
folder=$1 nodes=$2 cpus=$3 process=$4 seconds=$5

if [ "$(id -u)" -ne 0 ]; then
    echo "Slurm cannot be tested here: its daemons need root" >&2
    exit 69
fi
PATH=$PATH:/usr/sbin
for program in slurmctld slurmd munged sbatch ss; do
    if ! command -v "$program" >/dev/null; then
        echo "$program is missing: apt-get install -y --no-install-recommends" \
            "slurmctld slurmd slurm-client slurm-wlm-basic-plugins munge iproute2" >&2
        exit 69
    fi
done

mkdir -p "$folder"/{state,spool,log,munge}
chmod 755 "$folder" "$folder/munge"
configuration=$folder/slurm.conf
daemons=()

# The first of as many consecutive free ports as needed, one more than nodes, below the kernel's ephemeral range.
free_ports() {
    local attempt first
    for attempt in {1..50}; do
        first=$((20000 + RANDOM % 12000))
        if [ -z "$(ss -Htln "sport >= :$first and sport <= :$((first + nodes))")" ]; then
            echo "$first"
            return
        fi
    done
    echo "no free ports after $attempt attempts" >&2
    return 69
}

# - SlurmdTimeout, MessageTimeout: a dead node is noticed in 10 s. cred_expire: a requeued job starts again one second
#   after this time; the default is two minutes.
# - TmpFS and %n: several slurmd on one machine would overwrite each other's files.
# - linuxproc, task/none, no accounting: nothing needs cgroups, a database or the machine's real cores.
configure() {
    local port=$1 node
    cat <<END
ClusterName=test
SlurmctldHost=$(hostname)(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket=$folder/munge/socket,cred_expire=5
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool/%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.%n.log
TmpFS=$folder/tmp/%n
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1,sched_min_interval=100000
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
JobRequeue=1
SlurmdTimeout=6
MessageTimeout=2
KillWait=5
MinJobAge=600
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
SwitchType=switch/none
END
    for ((node = 1; node <= nodes; node++)); do
        echo "NodeName=n$node NodeHostname=$(hostname) NodeAddr=127.0.0.1 Port=$((port + node)) CPUs=$cpus RealMemory=1000"
    done
    echo "PartitionName=test Nodes=n[1-$nodes] Default=YES MaxTime=60 State=UP"
}

start() {
    local node
    (umask 077 && head -c 128 /dev/urandom >"$folder/munge/key")
    munged --foreground --force --key-file="$folder/munge/key" --socket="$folder/munge/socket" --num-threads=2 \
        --pid-file="$folder/munge/pid" --seed-file="$folder/munge/seed" --log-file="$folder/log/munged.log" \
        >"$folder/log/munged.out" 2>&1 &
    daemons+=($!)
    until [ -S "$folder/munge/socket" ]; do sleep 0.05; done
    configure "$(free_ports)" >"$configuration"
    # Nothing here uses cgroups, but slurmd looks up their version and refuses to start if it finds none.
    echo CgroupPlugin=cgroup/v1 >"$folder/cgroup.conf"
    SLURM_CONF=$configuration slurmctld -D -f "$configuration" >"$folder/log/slurmctld.out" 2>&1 &
    daemons+=($!)
    for ((node = 1; node <= nodes; node++)); do
        mkdir -p "$folder/spool/n$node" "$folder/tmp/n$node"
        SLURM_CONF=$configuration slurmd -D -f "$configuration" -N "n$node" >"$folder/log/slurmd.n$node.out" 2>&1 &
        daemons+=($!)
    done
    until [ "$(SLURM_CONF=$configuration timeout 5 sinfo -h -t idle -o %D 2>/dev/null)" = "$nodes" ]; do
        all_run
        sleep 0.1
    done
}

# Ends this script if a daemon has died. A dead child that has not been waited for still has a process number.
all_run() {
    local daemon
    for daemon in "${daemons[@]}"; do
        if ! grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$daemon/status"; then
            echo "a daemon died:" >&2
            tail -n 5 "$folder"/log/* >&2
            exit 70
        fi
    done
}

# The processes of this cluster: they, or their parents, were given its configuration in the environment.
members() {
    local environment
    for environment in /proc/[0-9]*/environ; do
        if grep -qsz "^SLURM_CONF=$configuration\$" "$environment"; then
            environment=${environment#/proc/}
            echo "${environment%/environ}"
        fi
    done
}

stop() {
    local daemon member
    trap '' TERM INT
    for daemon in "${daemons[@]}"; do kill -TERM "$daemon" 2>/dev/null || true; done
    for _ in 1 2 3; do # also processes that were just being started
        for member in $(members); do kill -KILL "$member" 2>/dev/null || true; done
    done
    wait
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 0' TERM INT

start
touch "$folder/ready"
while [ "$SECONDS" -lt "$seconds" ] && kill -0 "$process" 2>/dev/null; do
    all_run
    sleep 0.2
done
