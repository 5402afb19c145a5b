with calls as (
    select * from {{ ref('int_gong_stats__calls') }}
    where user_id is not null
),

by_period as (
    {{ gong_stats.by_period('calls', 'call_date') }}
)

select
    user_id,
    period,
    from_date,
    to_date,
    count(*) as recorded_calls,
    count(case when is_analyzed then 1 end) as analyzed_calls,
    sum(duration) as recorded_seconds,
    {%- for metric in gong_stats.conversation_metrics() %}
    sum({{ metric }}) as {{ metric }}_sum,
    count({{ metric }}) as {{ metric }}_calls{% if not loop.last %},{% endif %}
    {%- endfor %}
from by_period
group by user_id, period, from_date, to_date
