-- Scorecards also name the hosts of calls from before the first day that the tap loaded.
with reviewed_calls as (
    select
        call_id,
        max(reviewed_user_id) as user_id
    from {{ ref('stg_gong_stats__answered_scorecards') }}
    group by call_id
),

daily_activity_calls as (
    select
        activity.user_id,
        activity.activity_date,
        activity.action,
        activity.call_id,
        -- Scoring a call counts as giving feedback, unless it is one's own call.
        activity.action = 'calls_gave_feedback'
        or (
            activity.action = 'calls_scorecards_filled'
            and coalesce(calls.user_id, reviewed_calls.user_id, '') <> activity.user_id
        ) as is_feedback_given
    from {{ ref('int_gong_stats__daily_activity_calls') }} as activity
    left join {{ ref('int_gong_stats__calls') }} as calls on activity.call_id = calls.call_id
    left join reviewed_calls on activity.call_id = reviewed_calls.call_id
),

by_period as (
    {{ gong_stats.by_period('daily_activity_calls', 'activity_date') }}
),

-- An action on a call counts once a period, on however many days it was repeated.
counted as (
    select
        user_id,
        period,
        from_date,
        to_date,
        {%- for counter in gong_stats.counters() %}
        count(distinct case when action = '{{ counter }}' then call_id end) as {{ counter }},
        {%- endfor %}
        count(distinct case when is_feedback_given then call_id end) as feedback_given
    from by_period
    group by user_id, period, from_date, to_date
),

sources as (
    {%- for source in ['aggregated_activity', 'activity_by_period'] %}
    select
        user_id,
        period,
        from_date,
        to_date,
        {%- for counter in gong_stats.counters() %}
        {{ counter }},
        {%- endfor %}
        '{{ source }}' as activity_source,
        {{ loop.index }} as preference
    from {{ ref('stg_gong_stats__' ~ source) }}
    where period in ('{{ var('gong_stats_periods') | join("', '") }}')

    union all
    {% endfor %}
    select
        user_id,
        period,
        from_date,
        to_date,
        {%- for counter in gong_stats.counters() %}
        {{ counter }},
        {%- endfor %}
        'daily_activity' as activity_source,
        3 as preference
    from counted
),

ranked as (
    select
        *,
        row_number() over (
            partition by user_id, period, from_date order by preference
        ) as preference_rank
    from sources
)

select
    ranked.user_id,
    ranked.period,
    ranked.from_date,
    ranked.to_date,
    ranked.activity_source,
    {%- for counter in gong_stats.counters() %}
    ranked.{{ counter }},
    {%- endfor %}
    counted.feedback_given
from ranked
left join counted
    on
        ranked.user_id = counted.user_id
        and ranked.period = counted.period
        and ranked.from_date = counted.from_date
where ranked.preference_rank = 1
