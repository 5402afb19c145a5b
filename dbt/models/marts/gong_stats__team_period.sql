with teams as (
    select
        user_periods.manager_id,
        user_periods.period,
        user_periods.from_date,
        user_periods.to_date,
        user_periods.is_complete,
        count(*) as reps,
        {%- for counter in gong_stats.counters() %}
        {{ gong_stats.zero_if_loaded(
            'int_gong_stats__activity', 'sum(activity.' ~ counter ~ ')'
        ) }} as {{ counter }},
        {%- endfor %}
        {{ gong_stats.zero_if_loaded(
            'int_gong_stats__daily_activity_calls', 'sum(activity.feedback_given)'
        ) }} as feedback_given,
        {%- for count in ['recorded_calls', 'analyzed_calls'] %}
        {{ gong_stats.zero_if_loaded(
            'int_gong_stats__conversations', 'sum(conversations.' ~ count ~ ')'
        ) }} as {{ count }},
        {%- endfor %}
        {{ gong_stats.zero_if_loaded(
            'int_gong_stats__conversations', 'sum(conversations.recorded_seconds)', 'number'
        ) }} / 3600 as recorded_hours,
        {%- for metric in gong_stats.conversation_metrics() %}
        {{ gong_stats.ratio(
            'sum(conversations.' ~ metric ~ '_sum)', 'sum(conversations.' ~ metric ~ '_calls)'
        ) }} as avg_{{ metric }},
        {%- endfor %}
        {%- for kind in ['people', 'ai'] %}
        {{ gong_stats.zero_if_loaded(
            'int_gong_stats__reviews', 'sum(reviews.reviews_by_' ~ kind ~ ')'
        ) }} as reviews_by_{{ kind }},
        {{ gong_stats.ratio(
            'sum(reviews.score_sum_by_' ~ kind ~ ')',
            'sum(reviews.scores_by_' ~ kind ~ ')'
        ) }} as avg_score_by_{{ kind }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_gong_stats__user_periods') }} as user_periods
    left join {{ ref('int_gong_stats__activity') }} as activity
        on
            user_periods.user_id = activity.user_id
            and user_periods.period = activity.period
            and user_periods.from_date = activity.from_date
    left join {{ ref('int_gong_stats__conversations') }} as conversations
        on
            user_periods.user_id = conversations.user_id
            and user_periods.period = conversations.period
            and user_periods.from_date = conversations.from_date
    left join {{ ref('int_gong_stats__reviews') }} as reviews
        on
            user_periods.user_id = reviews.user_id
            and user_periods.period = reviews.period
            and user_periods.from_date = reviews.from_date
    where user_periods.manager_id is not null
    group by
        user_periods.manager_id,
        user_periods.period,
        user_periods.from_date,
        user_periods.to_date,
        user_periods.is_complete
)

select
    coalesce(managers.user_name, teams.manager_id) as manager_name,
    teams.*,
    {%- for metric in gong_stats.conversation_metrics() %}
    {{ gong_stats.in_recommended_range(metric, 'teams.avg_' ~ metric) }} as is_{{ metric }}_in_range
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from teams
left join {{ ref('int_gong_stats__users') }} as managers on teams.manager_id = managers.user_id
