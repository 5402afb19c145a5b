with users as (
    select
        user_id,
        user_name,
        manager_id,
        manager_name,
        period,
        from_date,
        to_date,
        is_complete,
        own_calls_listened_to,
        others_calls_listened_to,
        calls_shared_internally + calls_shared_externally as calls_shared,
        calls_comments_given,
        feedback_given
    from {{ ref('gong_stats__rep_period') }}
)

select
    *,
    {{ gong_stats.zero_or_one('own_calls_listened_to + others_calls_listened_to') }} as listens,
    {{ gong_stats.zero_or_one('calls_shared') }} as shares,
    {{ gong_stats.zero_or_one('calls_comments_given') }} as comments,
    {{ gong_stats.zero_or_one('feedback_given') }} as gives_feedback,
    {{ gong_stats.zero_or_one(
        'own_calls_listened_to + others_calls_listened_to + calls_shared + calls_comments_given'
        ' + coalesce(feedback_given, 0)'
    ) }} as uses_gong
from users
