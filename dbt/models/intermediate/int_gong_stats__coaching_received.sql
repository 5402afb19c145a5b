select
    report_id as user_id,
    period,
    from_date,
    to_date,
    {%- for deed in gong_stats.coaching_counters() %}
    cast(
        sum(calls_{{ deed }}) as {{ gong_stats.column_type('integer') }}
    ) as calls_{{ deed }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from {{ ref('int_gong_stats__coaching_pairs') }}
group by report_id, period, from_date, to_date
