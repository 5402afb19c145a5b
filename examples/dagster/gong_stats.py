"""A Dagster asset, and a schedule that materializes it once a day.

GONG_STATS_PROJECT is the folder of the Meltano project, with meltano.yml and graceful-run.
"""

import os

import dagster as dg

PROJECT = os.environ.get("GONG_STATS_PROJECT", "/opt/gong-stats")
PIPELINE = "./graceful-run meltano --environment=prod run tap-gong-stats target-postgres"


@dg.asset(
    name="tap_gong_stats",
    retry_policy=dg.RetryPolicy(max_retries=2, delay=600),
    pool="gong_stats",  # limit it to one run at a time: dagster instance concurrency set
)
def load(
    context: dg.AssetExecutionContext, pipeline: dg.PipesSubprocessClient
) -> dg.MaterializeResult:
    """Load every stream; Meltano keeps the state."""
    return pipeline.run(
        command=PIPELINE.split(), cwd=PROJECT, context=context
    ).get_materialize_result()


job = dg.define_asset_job("gong_stats", selection=[load])

defs = dg.Definitions(
    assets=[load],
    jobs=[job],
    schedules=[dg.ScheduleDefinition(job=job, cron_schedule="0 5 * * *")],
    resources={"pipeline": dg.PipesSubprocessClient(termination_timeout_seconds=300)},
)
