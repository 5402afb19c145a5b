with overall_scores as (
    select
        call_id,
        reviewer_kind,
        avg(normalized_score) as overall_score
    from {{ ref('int_gong_stats__scorecard_answers') }}
    where is_overall
    group by call_id, reviewer_kind
),

answers as (
    select
        answers.*,
        -- Both kinds can be compared only where both reviewed the same call.
        case when answers.is_overall then other_kind.overall_score end as other_kind_score
    from {{ ref('int_gong_stats__scorecard_answers') }} as answers
    left join overall_scores as other_kind
        on
            answers.call_id = other_kind.call_id
            and answers.reviewer_kind <> other_kind.reviewer_kind
),

by_period as (
    {{ gong_stats.by_period('answers', 'review_date') }}
),

questions as (
    select
        period,
        from_date,
        to_date,
        scorecard_id,
        max(scorecard_name) as scorecard_name,
        max(workspace_id) as workspace_id,
        question_id,
        max(question_text) as question_text,
        max(question_type) as question_type,
        is_overall,
        reviewer_kind,
        count(*) as answers,
        count(distinct reviewer_user_id) as reviewers,
        count(score) as scored_answers,
        count(case when not_applicable then 1 end) as not_applicable_answers,
        max(min_range) as min_range,
        max(max_range) as max_range,
        avg(score) as avg_score,
        avg(normalized_score) as avg_normalized_score,
        count(case when normalized_score is not null then other_kind_score end)
            as answers_with_both_kinds,
        avg(case when other_kind_score is not null then normalized_score end)
            as avg_normalized_score_with_both_kinds,
        avg(case when normalized_score is not null then other_kind_score end)
            as avg_normalized_score_of_other_kind
    from by_period
    group by
        period, from_date, to_date, scorecard_id, question_id, is_overall, reviewer_kind
)

select
    questions.*,
    questions.from_date >= company.first_date
    and questions.to_date <= company.loaded_until as is_complete
from questions
cross join {{ ref('int_gong_stats__company') }} as company
