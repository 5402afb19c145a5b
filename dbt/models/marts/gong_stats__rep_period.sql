with reps as (
    select
        user_periods.user_id,
        coalesce(users.user_name, user_periods.user_id) as user_name,
        users.user_email_address,
        users.title,
        user_periods.manager_id,
        coalesce(managers.user_name, user_periods.manager_id) as manager_name,
        users.joined_date,
        user_periods.period,
        user_periods.from_date,
        user_periods.to_date,
        user_periods.is_complete
    from {{ ref('int_gong_stats__user_periods') }} as user_periods
    left join {{ ref('int_gong_stats__users') }} as users
        on user_periods.user_id = users.user_id
    left join {{ ref('int_gong_stats__users') }} as managers
        on user_periods.manager_id = managers.user_id
),

measured as (
    select
        reps.user_id,
        reps.user_name,
        reps.user_email_address,
        reps.title,
        reps.manager_id,
        reps.manager_name,
        reps.joined_date,
        {{ gong_stats.whole_weeks_between('reps.joined_date', 'reps.from_date') }} as tenure_weeks,
        reps.period,
        reps.from_date,
        reps.to_date,
        reps.is_complete,
        activity.activity_source,
        {%- for counter in gong_stats.counters() %}
        {{ gong_stats.zero_if_loaded(
            'int_gong_stats__activity', 'activity.' ~ counter
        ) }} as {{ counter }},
        {%- endfor %}
        {{ gong_stats.zero_if_loaded(
            'int_gong_stats__daily_activity_calls', 'activity.feedback_given'
        ) }} as feedback_given,
        {%- for count in ['recorded_calls', 'analyzed_calls'] %}
        {{ gong_stats.zero_if_loaded(
            'int_gong_stats__conversations', 'conversations.' ~ count
        ) }} as {{ count }},
        {%- endfor %}
        {{ gong_stats.zero_if_loaded(
            'int_gong_stats__conversations', 'conversations.recorded_seconds', 'number'
        ) }} / 3600 as recorded_hours,
        {%- for metric in gong_stats.conversation_metrics() %}
        {{ gong_stats.ratio(
            'conversations.' ~ metric ~ '_sum', 'conversations.' ~ metric ~ '_calls'
        ) }} as avg_{{ metric }},
        {%- endfor %}
        {%- set team = '(partition by reps.manager_id, reps.period, reps.from_date)' %}
        case when reps.manager_id is not null then {{ gong_stats.ratio(
            'sum(conversations.talk_ratio_sum) over ' ~ team,
            'sum(conversations.talk_ratio_calls) over ' ~ team
        ) }} end as team_avg_talk_ratio,
        interaction_stats.question_rate,
        {%- for kind in ['people', 'ai'] %}
        {{ gong_stats.zero_if_loaded(
            'int_gong_stats__reviews', 'reviews.reviews_by_' ~ kind
        ) }} as reviews_by_{{ kind }},
        {{ gong_stats.ratio(
            'reviews.score_sum_by_' ~ kind,
            'reviews.scores_by_' ~ kind
        ) }} as avg_score_by_{{ kind }},
        {%- endfor %}
        {%- for action in gong_stats.coaching_counters() %}
        coaching.calls_{{ action }} as calls_manager_{{ action }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from reps
    left join {{ ref('int_gong_stats__activity') }} as activity
        on
            reps.user_id = activity.user_id
            and reps.period = activity.period
            and reps.from_date = activity.from_date
    left join {{ ref('int_gong_stats__conversations') }} as conversations
        on
            reps.user_id = conversations.user_id
            and reps.period = conversations.period
            and reps.from_date = conversations.from_date
    left join {{ ref('stg_gong_stats__interaction_stats') }} as interaction_stats
        on
            reps.user_id = interaction_stats.user_id
            and reps.period = interaction_stats.period
            and reps.from_date = interaction_stats.from_date
    left join {{ ref('int_gong_stats__reviews') }} as reviews
        on
            reps.user_id = reviews.user_id
            and reps.period = reviews.period
            and reps.from_date = reviews.from_date
    left join {{ ref('int_gong_stats__coaching_received') }} as coaching
        on
            reps.user_id = coaching.user_id
            and reps.period = coaching.period
            and reps.from_date = coaching.from_date
)

select
    measured.*,
    {%- for metric in gong_stats.conversation_metrics() %}
    {{ gong_stats.in_recommended_range(metric, 'measured.avg_' ~ metric) }}
        as is_{{ metric }}_in_range,
    {%- endfor %}
    {{ gong_stats.in_recommended_range('question_rate', 'measured.question_rate') }}
        as is_question_rate_in_range
from measured
