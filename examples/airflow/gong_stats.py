"""An Airflow 3 DAG that loads Gong's statistics once a day.

GONG_STATS_PROJECT is the folder of the Meltano project, with meltano.yml and graceful-run.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    dag_id="gong_stats",
    schedule="0 5 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,  # a run loads everything since the last one
    max_active_runs=1,
    default_args={"retries": 2, "retry_delay": timedelta(minutes=10)},
):
    BashOperator(
        task_id="load",
        cwd=os.environ.get("GONG_STATS_PROJECT", "/opt/gong-stats"),
        bash_command=(
            "exec ./graceful-run meltano --environment=prod run tap-gong-stats target-postgres"
        ),
    )
