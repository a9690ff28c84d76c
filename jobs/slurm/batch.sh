# shellcheck shell=bash
# The rest of table.sbatch and array.sbatch, which differ in what they ask of Slurm alone.
# shellcheck source=jobs/batch.sh
source "$REPOSITORY/jobs/batch.sh"

# The number of an array's last task is the whole array's: requeueing by it would take the other tasks along.
job=$SLURM_JOB_ID
if [ -n "${SLURM_ARRAY_JOB_ID:-}" ]; then job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID; fi

prepare_run
"$BINARY" plan "$STUDY" --ranks "${SLURM_NTASKS:-1}" --out "$OUT" | tail -1
run_study
if wants_another_start "$job" "${SLURM_RESTART_COUNT:-0}"; then
    say "job $job goes back into the queue"
    scontrol requeue "$job" || say "it does not: submit it again, the run goes on where it was"
fi
exit "$status"
