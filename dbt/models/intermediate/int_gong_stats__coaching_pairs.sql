-- Gong answers for each workspace, so a pair is listed once for each. A call is in one workspace.
select
    manager_id,
    report_id,
    period,
    from_date,
    to_date,
    {%- for action, counter in gong_stats.coaching_counters().items() %}
    cast(
        coalesce(sum({{ counter }}), 0) as {{ gong_stats.column_type('integer') }}
    ) as calls_{{ action }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from {{ ref('stg_gong_stats__coaching_metrics') }}
group by manager_id, report_id, period, from_date, to_date
