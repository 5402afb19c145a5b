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
    case when own_calls_listened_to + others_calls_listened_to > 0 then 1 else 0 end as listens,
    case when calls_shared > 0 then 1 else 0 end as shares,
    case when calls_comments_given > 0 then 1 else 0 end as comments,
    case when feedback_given > 0 then 1 else 0 end as gives_feedback,
    case
        when
            own_calls_listened_to + others_calls_listened_to + calls_shared
            + calls_comments_given + feedback_given > 0
            then 1
        else 0
    end as uses_gong
from users
