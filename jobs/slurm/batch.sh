# shellcheck shell=bash
# The common part of table.sbatch and array.sbatch, which differ only in the resources they request from Slurm.
# shellcheck source=jobs/batch.sh
source "$REPOSITORY/jobs/batch.sh"

# The job id of an array's last task is that of the whole array: requeueing this id would requeue the other tasks too.
job=$SLURM_JOB_ID
if [ -n "${SLURM_ARRAY_JOB_ID:-}" ]; then job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID; fi

prepare_run
"$BINARY" plan "$STUDY" --ranks "${SLURM_NTASKS:-1}" --out "$OUT" | tail -1
run_study
if wants_another_start "$job" "${SLURM_RESTART_COUNT:-0}"; then
    say "requeueing job $job"
    scontrol requeue "$job" || say "cannot requeue: submit the job again by hand, and the run continues from its checkpoints"
fi
exit "$status"
