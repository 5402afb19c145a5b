with answers as (
    {{ gong_stats.unnest(
        ref('stg_gong_stats__answered_scorecards'),
        column='answers',
        keep=[
            'answered_scorecard_id',
            'scorecard_id',
            'scorecard_name',
            'call_id',
            'reviewed_user_id',
            'reviewer_user_id',
            'review_method',
            'review_time',
            'review_date',
        ],
        fields={
            'question_id': 'string',
            'question_revision_id': 'string',
            'is_overall': 'boolean',
            'score': 'number',
            'answer_text': 'string',
            'not_applicable': 'boolean',
        }
    ) }}
),

with_questions as (
    select
        answers.answered_scorecard_id,
        answers.scorecard_id,
        coalesce(questions.scorecard_name, answers.scorecard_name) as scorecard_name,
        questions.workspace_id,
        answers.call_id,
        answers.reviewed_user_id,
        answers.reviewer_user_id,
        case when answers.review_method = 'AUTOMATIC' then 'AI' else 'people' end as reviewer_kind,
        coalesce(
            answers.review_date,
            {{ gong_stats.local_date('answers.review_time', 'company.time_zone') }}
        ) as review_date,
        answers.question_id,
        questions.question_text,
        questions.question_type,
        answers.is_overall,
        answers.not_applicable,
        answers.answer_text,
        case when not coalesce(answers.not_applicable, false) then answers.score end as score,
        questions.min_range,
        questions.max_range,
        answers.question_revision_id = questions.question_revision_id as is_current_revision
    from answers
    cross join {{ ref('int_gong_stats__company') }} as company
    left join {{ ref('int_gong_stats__scorecard_questions') }} as questions
        on
            answers.scorecard_id = questions.scorecard_id
            and answers.question_id = questions.question_id
)

select
    *,
    -- A score outside the range was given when the range was different.
    case
        when score between min_range and max_range
            then {{ gong_stats.ratio('(score - min_range)', '(max_range - min_range)') }}
    end as normalized_score
from with_questions
