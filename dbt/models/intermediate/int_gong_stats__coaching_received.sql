select
    report_id as user_id,
    period,
    from_date,
    to_date,
    {%- for action in gong_stats.coaching_counters() %}
    cast(
        sum(calls_{{ action }}) as {{ gong_stats.column_type('integer') }}
    ) as calls_{{ action }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from {{ ref('int_gong_stats__coaching_pairs') }}
group by report_id, period, from_date, to_date
