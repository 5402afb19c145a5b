with reviews as (
    select
        answered_scorecard_id,
        reviewed_user_id as user_id,
        review_date,
        reviewer_kind,
        avg(case when is_overall then normalized_score end) as overall_score
    from {{ ref('int_gong_stats__scorecard_answers') }}
    where reviewed_user_id is not null
    group by answered_scorecard_id, reviewed_user_id, review_date, reviewer_kind
),

by_period as (
    {{ gong_stats.by_period('reviews', 'review_date') }}
)

select
    user_id,
    period,
    from_date,
    to_date,
    {%- for kind in ['people', 'AI'] %}
    count(case when reviewer_kind = '{{ kind }}' then 1 end) as reviews_by_{{ kind | lower }},
    sum(case when reviewer_kind = '{{ kind }}' then overall_score end)
        as score_sum_by_{{ kind | lower }},
    count(case when reviewer_kind = '{{ kind }}' then overall_score end)
        as scores_by_{{ kind | lower }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from by_period
group by user_id, period, from_date, to_date
