#!/usr/bin/env bash
# Measures how gradient steps scale over 1 … R ranks of this machine, and predicts it for up to 4,096 ranks, with message costs
# measured here and with those of a typical cluster. Writes tables, plots and a summary to results/scaling/. Two minutes on two
# idle cores.
#
#   jobs/scale.sh
#   RANKS=8 ROUNDS=3 SECONDS_EACH=0.2 OUT=/scratch/scaling jobs/scale.sh
#   NETWORK=1.5,0.5,1,0.08        the cluster's LogGP parameters L, o, g (µs) and G (ns per byte); by default an InfiniBand's
#   LEARNER=ACTIVE-I MEMBERS=10 STUDY=jobs/studies/paper.yaml
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
unset ACTIVE_BENCH_PRODUCTS ACTIVE_BENCH_VECTOR_BYTES # products by our own kernels, as fast as they can

ranks=${RANKS:-$(nproc)}
rounds=${ROUNDS:-9}
seconds=${SECONDS_EACH:-1}
learner=${LEARNER:-ACTIVE-I}
members=${MEMBERS:-10}
study=${STUDY:-$repository/jobs/studies/paper.yaml}
network=${NETWORK:-1.5,0.5,1,0.08}
out=${OUT:-$repository/results/scaling}

if ! command -v gnuplot >/dev/null; then
    # shellcheck disable=SC2034 # what install_missing_packages installs
    packages=(gnuplot-nox)
    install_missing_packages
fi

# scale FOLDER OPTIONS…
scale() {
    local folder=$1
    shift
    mpirun -n "$ranks" --oversubscribe --bind-to none "$binary" scale --learner "$learner" --members "$members" \
        --rounds "$rounds" --seconds "$seconds" --predict 4096 --study "$study" --out "$folder" "$@" >/dev/null
}

load_before=$(cut -d' ' -f1 /proc/loadavg)
say "measuring on 1 to $ranks ranks; predicting with message costs measured here"
scale "$out/here" --measure-network
say "measuring again; predicting with message costs of a cluster"
scale "$out/cluster" --network "$network"

gnuplot -e "here='$out/here'; cluster='$out/cluster'; out='$out'" "$repository/jobs/scale.gp"

# predictions FOLDER: prints the part of the report that follows the measurements.
predictions() { sed -n '/^Predictions/,$p' "$1/scale.txt"; }

cat >"$out/README.md" <<END
# Scaling

    jobs/scale.sh

$(date +%F), $(sed -n '/model name/{s/.*: //;p;q}' /proc/cpuinfo), $ranks ranks on $(nproc) cores; load $load_before at the start, $(cut -d' ' -f1 /proc/loadavg) at the end.

- Speed-up: work per second divided by that of one rank alone on the machine; work is a step's exact multiply-adds. Efficiency:
  speed-up divided by ranks. Ratios are taken within a round.
- Model: the parts of a step, as recorded on one rank, replayed on the ranks of a team by their placement, with message times by
  LogGP. Each measurement is shown with the model's prediction; messages and kB are those of a step on all ranks, counted by the
  team's exchange (a note says where the model counts others).
- \`here/\`: predictions with messages as measured; \`cluster/\`: with L,o,g,G = $network (µs, µs, µs, ns per byte), every rank on
  a node of its own. Both as tables (\`scale.txt\`, \`*.csv\`) and whole (\`scale.json\`).

## Measured, and compared with the model

\`\`\`
$(sed '/^Predictions/,$d' "$out/here/scale.txt")
\`\`\`

## Predicted, messages of a cluster

\`\`\`
$(predictions "$out/cluster")
\`\`\`

## Predicted, messages as measured

\`\`\`
$(predictions "$out/here")
\`\`\`

![Strong scaling](strong.svg)
![Weak scaling](weak.svg)
![Throughput](throughput.svg)
![The paper's study](study.svg)
END
say "written: $out/README.md"
