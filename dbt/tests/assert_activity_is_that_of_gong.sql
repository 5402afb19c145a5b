{{ config(severity='warn') }}

-- Counts from the lists of daily_activity against Gong's own counters, where both are loaded.
with days as (
    select
        activity.*,
        {%- for counter in gong_stats.counters() %}
        case when action = '{{ counter }}' then call_id end as {{ counter }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_gong_stats__daily_activity_calls') }} as activity
),

by_period as (
    {{ gong_stats.by_period('days', 'activity_date') }}
),

counted as (
    select
        user_id,
        period,
        from_date,
        {%- for counter in gong_stats.counters() %}
        count(distinct {{ counter }}) as {{ counter }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from by_period
    group by user_id, period, from_date
)

select
    counted.*,
    activity.activity_source
from counted
inner join {{ ref('int_gong_stats__activity') }} as activity
    on
        counted.user_id = activity.user_id
        and counted.period = activity.period
        and counted.from_date = activity.from_date
inner join {{ ref('int_gong_stats__user_periods') }} as user_periods
    on
        counted.user_id = user_periods.user_id
        and counted.period = user_periods.period
        and counted.from_date = user_periods.from_date
where
    user_periods.is_complete
    and (
        {%- for counter in gong_stats.counters() %}
        counted.{{ counter }} <> activity.{{ counter }}{% if not loop.last %} or{% endif %}
        {%- endfor %}
    )
